# The pages about areas, and about where their figures come from.

areas-title = Areas of { $city }
areas-lead = What homes are asked for, area by area, computed from the homes that are listed here.
areas-sample = This is sample data: the homes are made up, and so are all figures.
areas-about-link = How figures are made
areas-show = Which areas
areas-show-all = All areas
areas-show-premium = Premium: { $price } per sq ft and more
areas-show-rising = Rising: { $percent } % and more in a year
areas-show-affordable = Affordable: below { $price } per sq ft
areas-show-count = { $what } ({ $count })
areas-unknown-choice = There is no choice “{ $typed }”: the list is the usual one.
areas-none = No area has figures like these just now.
areas-all-homes = See all homes
areas-map = Where the areas are. The larger the circle, the more homes. The table below says the same.
areas-homes-in = { $area }: { $count ->
    [one] { $count } home
   *[other] { $count } homes
    }
areas-sort = Sort by
areas-sort-homes = Number of homes
areas-sort-name = Name
areas-sort-price = Price
areas-sort-change = Change
areas-area = Area
areas-for-sale = Homes for sale
areas-for-rent = Homes for rent
areas-per-sqft = Median price per sq ft
areas-rent = Median rent a month
areas-change = Change in 12 months
areas-trend = 12 months
areas-too-few = Too few homes to say
areas-few-note = No price is told where fewer than three homes are on offer.
areas-too-few-months = Too few homes in too few months to say.
areas-how = How these figures are made
areas-counted = They are computed from { $sale ->
    [one] { $sale } home for sale
   *[other] { $sale } homes for sale
    } and { $rent ->
    [one] { $rent } home for rent
   *[other] { $rent } homes for rent
    } in { $areas ->
    [one] { $areas } area
   *[other] { $areas } areas
    }.
areas-how-words = All prices are asking prices of homes listed here, not prices of sales. The median is the price in the middle: half of the homes cost less. It is told from three homes up. The change compares the latest month with the one twelve months before, or with the oldest one that is at least three months back.

areas-one-title = Homes and prices in { $area }, { $city }
areas-crumbs = Where you are
areas-all = All areas
areas-see-sale = Homes for sale
areas-see-rent = Homes for rent
areas-save-words = Hear of new homes here:
areas-save-sale = save a search for homes for sale
areas-save-rent = save a search for homes for rent
areas-offers = What is on offer
areas-offers-none = There are fewer than three homes of each kind: too few to tell what they cost.
areas-homes = { $count ->
    [one] { $count } home
   *[other] { $count } homes
    }
areas-median = median
areas-range = { $low } to { $high }
areas-sqft-of = { $price } per sq ft
areas-prices-of = { $what }: how many have which price
areas-prices-words = { $count ->
    [one] { $count } home
   *[other] { $count } homes
    } from { $low } to { $high }.
areas-median-mark = Median { $price }
areas-as-table = The same as a table
areas-price-from = Price from
areas-price-to = up to
areas-homes-head = Homes
areas-over-time = Over time
areas-over-sqft = Median price per sq ft
areas-over-price = Median price
areas-over-rent = Median rent a month
areas-over-homes = Homes for sale on the market
areas-over-words = From { $start } to { $end }, between { $lowest } and { $highest }.
areas-highest = Highest { $figure }
areas-lowest = Lowest { $figure }
areas-month = Month
areas-newest = Newest homes
areas-newest-none = No home is listed here just now.
areas-near = Areas near by
areas-distance = { $far } km
areas-computed = Computed
areas-to-value = Value my home
areas-to-emi = Monthly instalment

areas-about-title = Where our figures come from
areas-about-lead = Every figure on this site is computed from what people list and do here, or it is not shown.
areas-about-now = At present they are about { $homes ->
    [one] { $homes } home
   *[other] { $homes } homes
    } in { $areas ->
    [one] { $areas } area
   *[other] { $areas } areas
    }.
areas-about-prices = Prices of areas
areas-about-prices-words = They are asking prices: what owners ask for, not what buyers paid. A home counts from the day it is listed until it is sold, rented or taken away, and each change of its price counts from its day.
areas-about-median = The median is the price in the middle. One palace among flats does not move it.
areas-about-few = No median is told of fewer than three homes. Where you read “too few homes to say”, there are not enough.
areas-about-sqft = Prices per sq ft are about homes for sale, and use the area that the owner states. Land and commercial property are left out.
areas-about-change = The change of an area compares the median of the latest month with that of twelve months before. When there is none, it is the oldest one, at least three months back.
areas-about-estimates = Estimates of a home’s value
areas-about-estimates-how = An estimate looks at homes on offer of the same kind, of about the same size, in the same area or near it. Their prices per sq ft, the nearest and most alike ones counting more, make a range: half of them lie in it. Below five such homes there is no estimate.
areas-about-estimates-wrong = We measure how wrong estimates are: each home on offer is estimated without looking at its own price, and then compared with it. The page of an estimate tells the result. It says nothing about the state of a home, its view or its papers, which no figure of ours knows.
areas-about-costs = Costs of buying
areas-about-costs-words = Stamp duty, registration and GST come from a table of rates with a date and a source for each line. Rates change, and sources differ: take them as an estimate, and ask the sub-registrar or your bank before you sign.
areas-about-sample = Sample data
areas-about-sample-words = A trial of this site is filled with made-up people and homes. Pages with figures then say so. Sample data is never mixed with real listings.

areas-description = Prices, rents and what is on offer in the areas of { $city }, computed from the homes listed here.
areas-one-description = What homes in { $area } cost and rent for, how that changed, and what is on offer there.
areas-about-description = Where the figures on these pages come from, how estimates are made, and how wrong they were.
