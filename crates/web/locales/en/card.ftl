# A home on a card, and the badges of a home.

card-photos = { $count ->
    [one] { $count } photo
   *[other] { $count } photos
}
card-untitled = Home without a title
card-on-request = Price on request
card-a-month = { $price } a month
card-unconfirmed = Waiting for confirmation
card-bhk = { $count } BHK
card-one-room = 1 RK
card-studio = Studio
card-ground-floor = ground floor
card-basement = basement
card-floor = { $floor } floor
card-floor-of = { $floor } of { $of }
card-per-sqft = ₹{ $rupees }/sq ft, owner’s figure
card-per-sqft-plot = ₹{ $rupees }/sq ft of the plot
card-compare-unseen = Compare { $title }
card-save-unseen = Save { $title }
card-unsave-unseen = No longer save { $title }
card-sign-in-unseen = Sign in to save { $title }

card-cheaper = Price drop
card-featured = Featured
card-verified = Verified
card-new = New
card-saved = In your list

card-age-minutes = { $count ->
    [0] just now
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
card-age-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
card-age-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
card-age-months = { $count ->
    [one] { $count } month ago
   *[other] { $count } months ago
}
card-age-years = { $count ->
    [one] { $count } year ago
   *[other] { $count } years ago
}
