# The page of a home, what a person does from there, and the comparison of homes.

## The head and the photos
listing-photos = Photos
listing-photo-alt = Photo { $number } of { $count } of { $home }
listing-photo-place = Photo { $number } of { $count }
listing-photo-back = Back to the home
listing-photo-previous = Previous photo
listing-photo-next = Next photo
listing-all-photos = All photos
listing-undo = Undo

## The card with the price
listing-deal = Price and next steps
listing-negotiable = Negotiable
listing-per-sqft = { $sum } per sq ft
listing-per-sqft-stated = { $sum }/sq ft, by the area the owner gave
listing-emi-a-month = EMI about { $sum } a month
listing-loan-terms = At { $rate } % over { $years } years with { $down } % paid at once.
listing-emi-own-terms = Work it out for your loan
listing-you-asked = You asked about this home
listing-visit-wanted = Visit wanted:
listing-enquire = Ask the owner
listing-visit = Ask for a visit
listing-contact = Contact
listing-off-market = The home is not on the market now, so its contact is not shown.
listing-contact-name = Name
listing-contact-phone = Phone
listing-contact-email = E-mail
listing-contact-none = The owner has given no contact for this home.
listing-contact-show = Show the contact
listing-contact-noted = Asking for it is noted in your activity. The owner sees your first name and when you asked.
listing-contact-sign-in = Sign in to see the contact
listing-save = Save this home
listing-unsave = Take it off my list
listing-compare = Compare
listing-share = Share

## What its owner sees
listing-own = Your listing
listing-own-status = Status
listing-own-views = Views
listing-own-saves = In lists
listing-own-enquiries = Enquiries
listing-own-held = A moderator took this home off the market. Only a moderator can put it back.
listing-own-unconfirmed = This home waits: it goes on show when you have confirmed your e-mail address. The link is in the message that we sent you.
listing-own-in-review = A moderator looks at this home before it is on show.
listing-own-edit = Edit
listing-own-photos = Photos
listing-own-asked = Who asked
listing-own-all-asked = Follow up these enquiries
listing-own-not-asked = Nobody has asked yet.
listing-own-somebody = Somebody
listing-own-not-loaded = That cannot be shown just now.
listing-own-looks = Who was shown the contact
listing-own-nobody = Nobody yet.
listing-own-all-looks = All of them
listing-own-remove = Remove this listing
listing-own-remove-warning = It goes for good. To hide it for a while, change its status instead.
listing-own-remove-yes = Yes, remove it

## Facts
listing-facts = Facts
listing-facts-caption = Facts about this home
listing-about = Description
listing-amenities = Amenities
listing-times = About this listing
listing-listed-on = Listed on
listing-changed-on = Last changed on
listing-seen =
    { $count ->
        [one] Seen { $count } time.
       *[other] Seen { $count } times.
    }
listing-kept =
    { $count ->
        [one] In { $count } list.
       *[other] In { $count } lists.
    }
listing-stated-by-owner = All facts are as the owner states them. See papers and the home itself before you pay anything.
listing-report = Report this listing

## The price in context
listing-context = The price in context
listing-dearer = Per sq ft it is dearer than { $percent } % of the { $homes } homes of this kind in { $area }.
listing-cheaper = Per sq ft it is cheaper than { $percent } % of the { $homes } homes of this kind in { $area }.
listing-histogram = Prices per sq ft of homes of this kind in { $area }
listing-histogram-described = From { $lowest } to { $highest }. Half of them are below { $median }. This home: { $own }.
listing-histogram-caption = Each bar is a range of prices per sq ft; the higher, the more homes. Computed from the homes listed here.
listing-this-home = This home
listing-area-prices = All prices in
listing-days =
    { $days ->
        [0] Listed today.
        [one] Listed for one day.
       *[other] Listed for { $days } days.
    }
listing-history = Price history
listing-history-described = { $first } on { $start }; { $last } since { $end }.
listing-history-day = Day
listing-history-price = Price
listing-history-what = What happened
listing-history-listed = Listed
listing-history-lowered = { $percent } % less
listing-history-raised = { $percent } % more
listing-today = Today

## What it costs
listing-outgo = What it takes each month
listing-outgo-total = A month
listing-emi = Loan (EMI)
listing-maintenance = Maintenance
listing-deposit = Deposit
listing-first-month = First month
listing-moving-in = What moving in takes
listing-moving-in-total = At the start
listing-moving-in-note = As the owner states it. Ask what else is due, such as a fee of an agent.
listing-costs = What buying it costs
listing-estimate = Estimate
listing-costs-intro = Duties and fees beside the price. Rates change, and exceptions exist: ask the registration office before you pay.
listing-costs-as-of = Rates of
listing-costs-what = What for
listing-costs-rate = Rate
listing-costs-amount = Amount
listing-costs-total = Duties and fees
listing-costs-with-price = With the price

## The place
listing-place = The place
listing-map = The home within the Outer Ring Road
listing-map-rough = About here, within a kilometre. The exact place is shown with the contact.
listing-map-exact = Here, as the owner states.
listing-nearby = Nearby, as the owner states

## Other homes
listing-similar = Similar homes
listing-similar-why = Why am I seeing these?
listing-similar-because = They are homes of the same kind in the same city, the most alike first by price, bedrooms and distance. Nobody pays to be here.
listing-looked-at = You looked at these before

## A home that was removed
listing-gone-title = No longer listed
listing-gone = This home was listed here once and has been removed.
listing-gone-search = Search
listing-gone-instead = Listed lately
listing-gone-like-it = Homes like it
listing-gone-all = See all homes

## Forms about a home
listing-enquire-title = Ask the owner
listing-enquire-intro = Your question goes to the owner, with your name and how to reach you. They answer you directly.
listing-enquire-send = Send the question
listing-visit-title = Ask for a visit
listing-visit-intro = The owner gets the time that suits you, with your name and how to reach you. The visit is agreed when they confirm it.
listing-visit-send = Ask for this time
listing-report-title = Report this listing
listing-report-intro = A moderator looks at what you report. The owner is not told who you are.
listing-report-send = Send the report
listing-form-signed-out = You are not signed in any more
listing-form-nothing-lost = Nothing you typed is lost. Come back and send this form again after you
listing-form-sign-in = sign in (in a new tab)
listing-form-unconfirmed = Confirm your e-mail address first
listing-form-unconfirmed-why = Owners are only asked by people whose e-mail address we know. The link is in the message we sent you when you joined. Then send this form.
listing-form-back = Back to the home
listing-save-title = Save this home?
listing-save-what-for = Your list keeps it, and shows when its price changes.
listing-share-title = Share this home
listing-share-address = Its address
listing-share-hint = Copy it, and pass it on wherever you like. Whoever opens it needs no account.
listing-share-letter = Send it by e-mail
listing-share-done = I have shared it
listing-share-noted = This notes it in your activity. Nobody else sees it.

## The comparison
listing-compare-title = Compare homes
listing-compare-empty = There is nothing to compare yet. Open a home and press “Compare”, then add others here.
listing-compare-find = Find homes
listing-compare-table = The homes side by side
listing-compare-remove = Take out
listing-compare-differs = Differs
listing-compare-unknown = Not stated
listing-compare-price = Price
listing-compare-per-sqft = Price per sq ft
listing-compare-monthly = Each month
listing-compare-place = Place
listing-compare-area = Area in sq ft
listing-compare-amenities = Amenities
listing-compare-basis = Prices per sq ft are by the area that each owner gave. Each month: the loan at 8.5 % over 20 years with 20 % paid at once, or the rent; and the maintenance.
listing-compare-marked = “Differs” marks what is not the same for all of them.
listing-compare-add = Add another home
listing-compare-add-how = Save homes that you like: they can then be added here.
listing-compare-one-more = One more home
listing-compare-saved = Your saved homes
listing-compare-alike = Homes like the first one
listing-compare-add-button = Add it
listing-compare-too-many = At most four homes are compared at once. The others are left out.
listing-compare-one-is-gone = One of the homes is no longer listed, and is left out.
