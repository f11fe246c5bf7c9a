# Signing in, registering, and what leads back in.

account-sign-in = Sign in
account-waiting = Everything you did here is waiting for you.
account-ways = Or without a password
account-way = Continue with { $name }
account-mailbox = This portal sends no e-mail. What it would have sent is in its mailbox: you read your own messages there, and an administrator reads all.
account-mailbox-open = Open the mailbox
account-forgot = I forgot my password
account-none = I have no account yet

account-register = Register
account-register-intro = With an account you post and save homes, and see everything you ever did here.
account-create = Create my account
account-have = I have an account
account-confirm = Confirm your e-mail address
account-confirm-intro = One press and we know that the address is yours.
account-confirm-button = Confirm my address
account-forgotten = Forgot your password?
account-forgotten-intro = We send a link to your e-mail address; with it you choose a new password.
account-forgotten-button = Send me the link
account-back = Back to sign in
account-reset = Choose a new password
account-reset-intro = The link works once.
account-reset-button = Change my password
account-another-link = Send me another link

account-oidc-cancelled = You did not sign in there. Try again, or sign in below.
account-oidc-state = That sign-in was begun elsewhere or took too long. Please begin again.
account-oidc-email = Your e-mail address is not confirmed there. Confirm it there, or sign in below.
account-oidc-linked = Another account there opens the account with your e-mail address.
account-not-active = The account is not active. Write to us to have it looked at.
account-provider = They do not answer now. Try again in a moment, or sign in below.
account-too-many = Too many tries. Wait a minute, then try again.
account-failed = That sign-in did not work. Try again, or sign in below.

# The account.
account-title = Your account
account-not-confirmed = (not confirmed yet: see the message we sent)
account-out-of-reach = Some mail systems carry no letters other than a to z before the @. If no message comes, register with another address of yours.
account-profile = Profile
account-profile-save = Save my profile
account-devices = Where you are signed in
account-device-unknown = Unknown device
# Names of a browser and of a system or device.
account-device-of = { $browser } on { $system }
account-device-address = Network address { $address }.
account-devices-end-others = Sign out everywhere else
# The words between bars are a link.
account-devices-strange = You do not know one of them? Sign it out, then |choose another password|.
account-device-this = This device.
# The words between bars are the time.
account-device-since = Since |{ $when }|.
account-device-used = Last used |{ $when }|.
account-leave = Leave

# The fields of its forms, and of registering.
account-field-login = E-mail or user name
account-field-password = Password
account-field-first-name = First name
account-field-last-name = Last name
account-field-email = E-mail
account-field-username = User name
account-field-username-hint = 3 to 50 letters, digits, dots, dashes or underscores.
account-field-phone-number = Mobile number
account-field-phone-number-hint = Ten digits.
account-field-password-hint = At least 8 characters; a few unusual words make a good one.
account-field-new-password = New password
account-field-verification-code = Code
account-field-verification-code-hint = It is in the message we sent you.
account-field-date-of-birth = Date of birth
account-field-address = Address
account-field-city = City
account-field-state = State
account-field-pincode = PIN code

account-delete-open = Delete my account…
account-delete-title = Delete your account
account-delete-tick = Tick the box to delete your account
account-delete-for-good = Your profile and your sign-in go for good and cannot be brought back.
account-delete-yes = Yes, delete my account
account-delete-password = Your password
account-delete-password-hint = Not needed within five minutes after you signed in.
account-delete-button = Delete my account
account-delete-no = No, keep it

account-erased-homes = Your homes go off the site with their photos and documents.
account-erased-words = Everything you did, wrote, saved and were told here becomes unreadable for everybody: the key to it is destroyed, for every copy of it.
account-erased-sums = That something happened is still counted, without a name.
account-erased-not = What was sent to others by e-mail or text message before stays with them.
account-delete-export = Take your data along first

account-privacy = Privacy
account-privacy-open = See what is kept about you, take it along, or have it erased
account-privacy-title = What is kept about you
account-privacy-kept = What it is, and where you see it
account-privacy-kept-text = What you do while you are signed in is kept with its time, and with the browser and network address it came from.
account-privacy-profile = Your profile, and where you are signed in
account-privacy-timeline = What you looked at, searched and did
account-privacy-saved = The homes that you saved
account-privacy-searches = The searches that you saved
account-privacy-enquiries = What you asked owners
account-privacy-listings = The homes that you list, with their photos
account-privacy-inbox = What you were told
account-privacy-take = Take it along
account-privacy-take-text = One file (JSON) with all of it, for you or another program. Passwords and secret links are not in it. It is noted that the file was asked for.
account-privacy-take-button = Download my data
account-privacy-hide = Take entries out of sight
account-privacy-hide-text = An entry of your timeline that you hide is not shown and not counted any more. It stays in your download, and is erased with your account.
account-privacy-hide-open = Open my timeline
account-privacy-looks = Who saw your number
account-privacy-looks-text = Everybody who was shown the contact of your homes is listed, with their first name and the time. People are told so before they look.
account-privacy-looks-open = See who looked
account-privacy-erase = Have it erased

account-emails = Notifications
account-emails-choose = Choose what you are told, and how
account-emails-title = What you are told, and how
account-emails-lead = What is in your inbox stays on this site until you delete it. E-mails and text messages go out to you.
account-emails-by-inbox = In my inbox
account-emails-by-email = By e-mail
account-emails-by-text = By text message
account-emails-quiet = Quiet hours
account-emails-quiet-from = From
account-emails-quiet-to = Until
account-emails-quiet-hint = Indian time, such as 22:00, every day. E-mails and text messages wait until the quiet hours end. Leave both times empty to have none.
account-emails-greetings = Greetings
account-emails-alerts = Homes that fit my saved searches
account-emails-enquiries = Enquiries about my homes, and answers to mine
account-emails-visits = Visits
account-emails-other = Other news, such as moderators' decisions about my homes
account-emails-always = What keeps your account safe is always sent, at once.
account-emails-save = Save my choice
account-back-to-account = Back to your account

account-unsubscribe = Unsubscribe
account-unsubscribe-text = You get e-mails about { $about }. Press the button to get no more of them. You need not sign in.
account-unsubscribed = Unsubscribed
account-unsubscribed-text = You get no more e-mails about { $about }. What comes into your inbox on this site stays as it is.
# The words between bars are a link.
account-unsubscribed-again = You can |choose again which e-mails you get|; for that you sign in.
account-about-greetings = greetings
account-about-homes = homes you look for
account-about-enquiries = enquiries
account-about-visits = visits
account-about-other = other news

# The messages that a machine without a mail server would have sent.
account-mailbox-title = Mailbox
account-mailbox-here = This portal sends no e-mail: what it would have sent is in its mailbox.
# The words between bars are code.
account-mailbox-of-all = Letters and text messages with what became of them. Without a mail server they lie here. Codes are left out, unless |mail.show_codes| is set for trying things out.
account-mailbox-of-one = The messages to you. This portal sends none of them: it is set up for trying things out.
account-mailbox-confirm = Send the message to confirm my address again
account-mailbox-empty = No message yet.
account-mailbox-no-subject = Without a subject
account-mailbox-to = To { $address }.
account-mailbox-by = By { $channel }:
account-mailbox-tries = failed tries: { $count }
account-mailbox-link = Open the link of this message
