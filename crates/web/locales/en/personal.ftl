# What a person did, saved and asked, and what is new for them.

personal-dashboard-title = Your dashboard
personal-nav = Your lists
personal-overview = Overview
personal-homes = Homes
personal-see-homes = See homes
personal-not-now = This cannot be shown just now. Load the page again in a moment.
personal-india-time = Times are India time.
personal-home-unnamed = A home you saved
personal-live-title = Just now
personal-live-new = New: { "{" }n{ "}" }

personal-confirm-title = Confirm your e-mail address
personal-confirm-text = Open the link in the message that we sent to { $address }. Until then you get no other messages, and owners show you no contact.

personal-first-title = Welcome
personal-first-text = Save homes and searches. When you come back, you find here what happened meanwhile: new homes, changed prices, answers.

personal-since-title = Since you were last here
personal-since-last = You were last here on
personal-since-nothing = Nothing is new since then.
personal-since-matches = { $count ->
    [one] 1 new home for “{ $search }”
   *[other] { $count } new homes for “{ $search }”
}
personal-since-saved-homes = { $count ->
    [one] 1 change of your saved homes
   *[other] { $count } changes of your saved homes
}
personal-since-answers = { $count ->
    [one] 1 answer to what you asked
   *[other] { $count } answers to what you asked
}
personal-since-leads = { $count ->
    [one] 1 person asked about your homes
   *[other] { $count } enquiries about your homes
}
personal-since-views = { $count ->
    [one] 1 look at your homes from { $day } on
   *[other] { $count } looks at your homes from { $day } on
}
personal-since-saves = { $count ->
    [one] 1 person saved a home of yours
   *[other] { $count } times your homes were saved
}

personal-change-cheaper = { $title } costs less: { $price }, was { $before }
personal-change-dearer = { $title } costs more: { $price }, was { $before }
personal-change-sold = { $title } is sold
personal-change-rented = { $title } is rented
personal-change-back = { $title } is back on the market
personal-change-withdrawn = { $title } is off the market

personal-popover-title = What happened
personal-popover-last = Before that, you
personal-popover-pause = Keep open
personal-popover-close = Close
personal-popover-resume = Let it close by itself

personal-saved-title = Saved homes
personal-saved-count = { $count ->
    [one] 1 saved home.
   *[other] { $count } saved homes.
}
personal-saved-all = All saved homes ({ $count })
personal-saved-none = You have saved no home yet. Press the heart of a home, and find it here with whatever changes.
personal-saved-then = { $price } when you saved it,
personal-saved-same = No change since you saved it on
personal-saved-remove = Remove
personal-saved-cheaper = Costs less now
personal-saved-dearer = Costs more now
personal-saved-sold = Sold
personal-saved-rented = Rented
personal-saved-withdrawn = Off the market

personal-searches-title = Saved searches
personal-searches-all = All saved searches ({ $count })
personal-searches-none = You have saved no search yet. Search for homes and save the search: new ones come to you.
personal-searches-since = New are the homes that were listed since you were last here, on
personal-searches-month = New are the homes of the last 30 days.
personal-searches-new = { $count ->
    [0] No new homes
    [one] 1 new home
   *[other] { $count } new homes
}
personal-searches-unreadable = This search cannot be read any more. Delete it and save it again.
personal-searches-told = You are told: { $often }
personal-searches-see = See what it finds
personal-searches-off = Switch off
personal-searches-on = Switch on
personal-searches-often = Tell me
personal-searches-change = Save
personal-searches-delete = Delete

personal-viewed-title = Recently viewed
personal-viewed-all = All homes that you looked at
personal-viewed-none = The homes that you look at are kept here for you.

personal-enquiries-title = Enquiries
personal-enquiries-count = { $count ->
    [one] 1 enquiry.
   *[other] { $count } enquiries.
}
personal-enquiries-all = All enquiries ({ $count })
personal-enquiries-none = What you ask owners, and how far each enquiry is, is shown here.
personal-enquiries-visit = Visit asked for:

personal-listings-title = My homes
personal-listings-count = { $count ->
    [one] 1 home.
   *[other] { $count } homes.
}
personal-listings-all = All my homes ({ $count })
personal-listings-none = You have listed no home.
personal-listings-post = Post a home
personal-listings-import = Import a sheet of homes
personal-listings-renew = Renew
personal-listings-viewers = Viewers
personal-listings-looks = Who was shown your contact

personal-activity-title = What you did last
personal-timeline-title = Timeline
personal-timeline-lead = Everything you did here, newest first.
personal-timeline-all = Everything you did
personal-timeline-kind = Show
personal-timeline-every-kind = Everything
personal-timeline-from = From
personal-timeline-to = To
personal-timeline-show = Show
personal-timeline-everything = Show everything
personal-timeline-times = ({ $count } times)
personal-timeline-hide = Hide
personal-timeline-undated = Without a date
personal-timeline-none = Nothing here yet.
personal-timeline-none-such = You did nothing of this kind in these days.
personal-timeline-parts = Parts of the timeline
personal-timeline-newest = The newest
personal-timeline-older = Older
personal-timeline-no-day = “{ $day }” is no day: it was left out.
personal-timeline-backwards = The last day is before the first one: it was left out.

personal-month-title = Your last 30 days
personal-month-done = { $count ->
    [one] You did 1 thing here.
   *[other] You did { $count } things here.
}
personal-month-busiest = Busiest day: { $day }.
personal-month-last = Last:
personal-month-caption = How often you did what
personal-month-what = What
personal-month-often = How often

personal-account-title = Your account
personal-account-profile = Profile, and where you are signed in
personal-account-emails = What you are told, and how
personal-account-privacy = What is kept about me, and my download
personal-account-delete = Delete my account
personal-back = Back to your dashboard
