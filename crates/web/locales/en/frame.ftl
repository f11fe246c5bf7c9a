# The header, the footer and the notices of every page.

frame-skip = Skip to the content
frame-search = Search homes
frame-search-example = 2 bhk flat for rent under 30k
frame-search-button = Search
frame-post = Post a home
frame-main = Main
frame-menu = Menu
frame-you = You
frame-sign-in = Sign in
frame-register = Register
frame-sign-out = Sign out

frame-buy = Buy
frame-rent = Rent
frame-plots = Plots
frame-commercial = Commercial
frame-pg = PG
frame-new-launches = New launches
frame-areas = Areas

frame-dashboard = Dashboard
frame-inbox = Inbox
frame-saved = Saved homes
frame-listings = My listings
frame-account = Account
frame-moderation = Moderation
frame-people = People
frame-operations = Operations
frame-numbers = Numbers

frame-stale = We are still catching up: your very latest change may not show here yet. Load the page again in a moment.

frame-find = Find a home
frame-all-homes = All homes
frame-for-sale = Homes for sale
frame-for-rent = Homes for rent
frame-all-areas = All areas
frame-tools = Tools
frame-emi = EMI calculator
frame-value = What is my home worth?
frame-compare = Compare homes
frame-owners = For owners
frame-post-yours = Post your home
frame-import = Import a sheet of homes
frame-about = About our figures
frame-about-data = Prices and trends are computed from the homes listed here, and are left out where there are too few. An estimate says that it is one, and where it comes from.
frame-about-site = Homes in { $city }. Every page works without scripts and on a slow network.

# What a page could not take from its address.
frame-unknown-parameters = This page does not know { $names } in its address, and shows everything without it.
frame-no-page-number = There is no page “{ $page }”: this is the first one.

# Paging through a list.
frame-pages = Pages
frame-page-of = Page { $page } of { $pages }
frame-previous-page = Previous page
frame-next-page = Next page
frame-last-page = Last page
frame-no-page = { $pages ->
    [0] There is no page { $page }: the list is empty.
    [one] There is no page { $page }: the list has { $pages } page.
   *[other] There is no page { $page }: the list has { $pages } pages.
}
frame-go-to-first = Go to the first page
# The words between bars are a link.
frame-page-out-of-reach = Lists are not shown as far as page { $page }. Sort them another way to see the other end, or |go to the first page|.
