# Asking about a home, and what its owner does with it.

ask-in-writing = In writing
ask-call-me-back = Call me back
ask-reach = Be reached in another way
ask-name = Your name
ask-phone = Mobile number
ask-phone-hint = Ten digits. Without it, the owner gets what is in your account.
ask-email = E-mail
ask-question = Your question
ask-question-hint = Such as: Is it still there? From when? What is included?
ask-purpose = How you want your answer
ask-day = Day
ask-day-wrong = must be a day such as 2026-12-31
ask-time = Time
ask-time-hint = Such as 10:30, in Indian time.
ask-time-wrong = must be a time such as 10:30
ask-note = Anything the owner should know

ask-report-cause = What is wrong
ask-report-details = What you saw
ask-report-details-hint = It helps the moderator to find it.

ask-publish = Publish
ask-send-for-review = Send for review
ask-back-to-draft = Back to draft
ask-mark-as-sold = Mark as sold
ask-mark-as-rented = Mark as rented
ask-hide = Hide for now
ask-show-again = Show it again
ask-back-on-the-market = Back on the market

ask-gone-search = { $kind } in { $locality }
