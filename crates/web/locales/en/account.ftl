# Signing in and registering.

account-sign-in = Sign in
account-waiting = Everything you did here is waiting for you.
account-ways = Or without a password
account-way = Continue with { $name }
account-mailbox = This portal sends no e-mail. What it would have sent is in its mailbox: you read your own messages there, and an administrator reads all.
account-mailbox-open = Open the mailbox
account-forgot = I forgot my password
account-none = I have no account yet

account-oidc-cancelled = You did not sign in there. Try again, or sign in below.
account-oidc-state = That sign-in was begun elsewhere or took too long. Please begin again.
account-oidc-email = Your e-mail address is not confirmed there. Confirm it there, or sign in below.
account-oidc-linked = Another account there opens the account with your e-mail address.
account-not-active = The account is not active. Write to us to have it looked at.
account-provider = They do not answer now. Try again in a moment, or sign in below.
account-too-many = Too many tries. Wait a minute, then try again.
account-failed = That sign-in did not work. Try again, or sign in below.
