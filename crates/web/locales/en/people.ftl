# The pages about accounts, for administrators and support.

people-title = People
people-recorded = Every look at somebody’s data is recorded, with your name and the time. Look only at what you need to help.
people-query = Name, user name or e-mail address
people-find = Find
people-found = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
people-none = No account has these words. Try a part of the name or of the address.
people-nameless = Somebody without a name
people-back = Find somebody else
people-account = Account
people-confirmed = Confirmed address
people-unconfirmed = Address not confirmed
people-username = User name
people-email = E-mail
people-phone = Mobile number
people-joined = Registered
people-last-seen = Last sign-in
people-homes = { $count ->
    [0] Homes
    [one] { $count } home
   *[other] { $count } homes
}
people-no-homes = They have no home that others can see.

# Changes, and what follows.
people-change = Change this account
people-role = Role
people-role-next = Change the role…
people-suspend-next = Suspend…
people-reinstate-next = Reinstate…
people-follows = What follows:
people-leave = Leave it as it is
people-suspend-title = Suspend { $name }?
people-suspend = Suspend
people-suspend-sessions = They are signed out on all devices, and cannot sign in.
people-suspend-homes = Their homes appear in no list, search, alert or recommendation, and have no page that others can open.
people-suspend-enquiries = Nobody is shown their contact, or can send them an enquiry.
people-suspend-kept = Nothing is deleted. Once they are reinstated, all of it is there again.
people-reinstate-title = Reinstate { $name }?
people-reinstate = Reinstate
people-reinstate-sign-in = They can sign in again, with the password that they had.
people-reinstate-homes = Their homes are shown again, and take enquiries.
people-reinstate-unconfirmed = They still have to confirm their e-mail address.
people-role-title = Make the role of { $name } “{ $role }”?
people-role-change = Change the role
people-role-member = They can list homes, and ask about those of others.
people-role-seller = They can also sell products of the catalogue.
people-role-moderator = They can also approve, reject and take down the listings of others.
people-role-support = They can also find people and see their accounts. Every look is recorded.
people-role-admin = They can do everything, this page included: see and change accounts, judge listings, and operate the machine.
people-role-sessions = They are signed out on all devices, and have the role when they sign in again.
