# Importing a sheet of homes.

import-title = Import a sheet of homes
import-intro = Copy the rows of your spreadsheet, with the line that names the columns, and paste them here. Price, location and property type are needed. A home that you imported before is changed, not listed twice.
import-template = Download a sheet to fill in
import-rows = Rows
import-rows-missing = Paste the rows first.
import-rows-wrong = The rows: { $error }
import-map-wrong = The map: { $error }
# The words between bars are code.
import-rows-hint = From a spreadsheet, or the text of a CSV file. For more than 4 MB, send the file to |/api/properties/import|.
import-names = My columns have other names
import-map = Which column is which field
# The words between bars are code.
import-map-hint = A line for each, such as |price = { "{" } column = "Rate", unit = "lakh" { "}" }|, |location = "Village"| or |propertyType = { "{" } value = "PLOT" { "}" }|.
import-check = Check first, write nothing
import-button = Import

import-check-title = Check of a sheet
import-job-title = Import of a sheet
import-running = The rows are being read.
import-done = All rows are done.
import-failed = Not all rows could be done.
import-cut-off = The import was cut off.
import-progress = Progress
import-progress-rows = { $done } of { $total } rows
import-seconds-left = About { $seconds } seconds left.
import-checked = Nothing was written. An import would do this:
import-result = What became of the rows
import-created = New homes
import-updated = Changed homes
import-unchanged = Homes that say the same already
import-skipped = Rows that repeat another
import-rejected = Rows that are wrong
import-report = Download what became of each row
import-report-kept = It is kept for a day.
import-go-back = Go back in your browser to import the same rows.
# The words between bars are the time.
import-finished = Finished: |{ $when }|
import-look-again = Look again
import-another = Import a sheet
