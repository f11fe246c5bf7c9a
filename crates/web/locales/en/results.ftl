# The lists of homes.
