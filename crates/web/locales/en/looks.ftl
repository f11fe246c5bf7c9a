# Who was shown the contact of a home.

looks-title = Who was shown your contact
looks-count = { $count ->
    [one] { $count } look, the newest first.
   *[other] { $count } looks, the newest first.
}
looks-count-of-home = { $count ->
    [one] { $count } look at the contact of this home, the newest first.
   *[other] { $count } looks at the contact of this home, the newest first.
}
# The words between bars are links.
looks-back-or-all = |Back to the home| or |see those of all your homes|
looks-known = People are told that you see their first name. If somebody bothers you, write to us and say when they looked.
looks-list = Looks
looks-none = Nobody was shown it yet.
looks-confirmed = Confirmed address
looks-staff = Somebody who looks after this site
looks-left = Somebody who has closed their account since
looks-somebody = Somebody
