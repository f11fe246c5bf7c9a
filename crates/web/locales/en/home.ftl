# The first page.

home-title = Homes in { $city }
home-description = Homes to buy and rent in { $city }: photos, prices for a square foot, areas and their trends. Save the ones you like, and find everything you did again.
home-lead = Say it in your own words. Save what you like, and find everything you did here again.
home-what = What are you looking for?
home-buy = Buy
home-rent = Rent
home-plots = Plots
home-commercial = Commercial
home-pg = PG
home-where = Area, size and price
home-where-example = 2 bhk in Kondapur under 80 lakh
home-hint = Words, numbers, lakh and crore are understood. Put text in quotation marks to look for it as it is.
home-search = Search
home-photos = Photos of new homes
home-examples = Searches to try
home-example-flat = 2 BHK in Kondapur under 80 lakh
home-example-rent = 3 BHK for rent in Gachibowli under 40k
home-example-villa = Villas in Kokapet
home-example-plot = Plots in Shankarpally

home-fresh = Fresh homes
home-all = See all homes
home-none = No home is listed yet.
home-post-first = Post the first one

home-areas = What homes cost, by area
home-all-areas = See all areas
home-median = a sq ft, median
home-homes = { $count ->
    [one] { $count } home for sale
   *[other] { $count } homes for sale
}
home-up = up { $percent } %
home-down = down { $percent } %
home-same = unchanged
home-figures = Computed from the homes listed here. Changes are within twelve months, or as far back as there are figures.

home-tools = Helpful tools
home-emi = EMI calculator
home-emi-about = What a loan costs each month
home-value = What is my home worth?
home-value-about = A range from comparable homes
home-compare = Compare homes
home-compare-about = Up to four, side by side
home-post = Post your home
home-post-about = Free, with photos and a price in words
