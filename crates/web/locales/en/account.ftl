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
