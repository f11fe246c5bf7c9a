# The pages of moderators: the queue, and one listing.

moderation-title = Moderation
moderation-one-title = Moderate “{ $title }”
moderation-this = Moderate this listing
moderation-intro = { $count ->
    [one] { $count } listing waits, or was reported.
   *[other] { $count } listings wait, or were reported. The longest waiting comes first.
}
moderation-none = Nothing waits
moderation-none-text = A listing comes here when it needs an approval, or when somebody reports it.
moderation-to-first = Go to the first listing
moderation-next = Next listing
moderation-back = Back to the queue

# What there is to judge a listing by.
moderation-waits-since = Waits since
moderation-reported-since = Reported since
moderation-photos = Photos
moderation-photo = Photo { $number } of { $count }
moderation-no-photos = It has no photos.
moderation-words = What the owner says
moderation-no-words = The owner says nothing more.
moderation-price = Price
moderation-own-price = Of this listing
moderation-median = Median of its area
moderation-per-sqft = { $sum } per sq ft
moderation-price-above = { $homes ->
    [one] { $percent } % above the median of { $homes } listing of its kind in { $area }.
   *[other] { $percent } % above the median of { $homes } listings of its kind in { $area }.
}
moderation-price-below = { $homes ->
    [one] { $percent } % below the median of { $homes } listing of its kind in { $area }.
   *[other] { $percent } % below the median of { $homes } listings of its kind in { $area }.
}
moderation-price-far = Far from the median
moderation-price-source = From the listings on this site, by the areas that their owners state.
moderation-price-alone = There are too few listings of its kind in its area to compare the price.
moderation-area = Prices in { $area }
moderation-reports = Reports
moderation-report-count = { $count ->
    [one] { $count } open report.
   *[other] { $count } open reports, the newest first.
}
moderation-reports-more = Only the newest are shown.
moderation-reports-queue = Open reports are shown in the queue.

# Decisions.
moderation-decide = Decide
moderation-own = This listing is your own. Another moderator decides about it.
moderation-approve = Approve
moderation-put-back = Put back on the market
moderation-verify = Genuine: mark as verified
moderation-unverify = Take the verified mark away
moderation-feature = Feature
moderation-unfeature = Stop featuring
moderation-reject = Reject
moderation-take-down = Take down
moderation-because = Why
moderation-because-none = Only what I write below
moderation-added = Added in your words
moderation-added-hint = The owner reads it after the usual text. Name neither who reported the listing nor anybody else.
moderation-write-all = Read and change the whole text first
moderation-reason = Reason for the owner
moderation-reason-hint = From 3 to 500 characters. The owner reads exactly this. Name neither who reported the listing nor anybody else.
moderation-begin = Begin with a usual text
moderation-begin-button = Use this text
moderation-look-again = Look at this listing again
moderation-undo-take-down = Undo: put it back on the market
moderation-undo-verify = Undo: take the verified mark away
moderation-undo-unverify = Undo: mark it as verified again
moderation-undo-feature = Undo: stop featuring it
moderation-undo-unfeature = Undo: feature it again

# Usual reasons: their names, and what the owner reads.
moderation-because-photos = The photos
moderation-because-photos-text = The photos do not show this home, or are not yours to use. Please add photos that you took of it yourself.
moderation-because-price = The price
moderation-because-price-text = The price does not fit the home: it is far from what others ask for the like in this area. Please check the price and the area.
moderation-because-twice = Listed twice
moderation-because-twice-text = This home is listed here already. Please keep one listing of each home, and change that one.
moderation-because-gone = No longer on offer
moderation-because-gone-text = We were told that this home is no longer on offer. Please mark it as sold or rented, or tell us that it still is.
moderation-because-facts = Wrong facts
moderation-because-facts-text = Some of the facts are wrong or do not fit together. Please check the kind, the size, the place and the description.
moderation-because-contact = Contact in the words
moderation-because-contact-text = The title or the description holds a telephone number, an address or a link. Please remove it: people reach you by the contact of the listing.
moderation-because-offence = Offensive or unfair words
moderation-because-offence-text = Some of the words offend people or shut them out for who they are. Please write about the home alone.
