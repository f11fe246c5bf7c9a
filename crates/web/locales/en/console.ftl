# The pages of those who operate the machine.

console-back = Back to operations
console-on-page = On this page
console-none = None
console-place = Place
console-event = Event
console-key = Key
console-group = Group
console-state = State
console-since = Since
console-by = By
console-of = Of
console-when = When
console-request = Request

# Consumer groups.
console-intro = How far each consumer group is in the journal, what it could not apply, and what is being made again.
console-groups = Consumer groups
console-caught-up = Caught up
console-behind = Behind
console-paused = Paused
console-standing-by = Standing by: another server does it
console-stopped = Stopped
console-lag = Events behind
console-lag-time = Time behind
console-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
console-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
console-oldest = Oldest unprocessed
console-progress-last = Last progress
console-none-since-start = None since the start
console-blocked = Keys set aside
console-blocked-of-these = { $blocked }, of these parked: { $parked }; events that wait: { $waiting }
console-pause = Pause
console-resume = Resume
console-rebuild-button = Rebuild
console-rebuild-unseen = the read model of { $group }

# Dead letters.
console-letters = Dead letters
console-letters-none = None: everything could be applied and delivered.
console-letters-in-all = { $count } in all. Behind an event that fails, the later ones of its key wait.
console-letters-at-least = At least { $count } in all. Behind an event that fails, the later ones of its key wait.
console-letter = Dead letter
console-letter-in = in { $group }
console-message = Message
console-message-by = { $template } by { $channel }
console-message-to = { $message } to { $key }
console-to-whom = To
console-retrying = Tried again by itself
console-perhaps-delivered = Perhaps delivered
console-refused = Refused by its target
console-not-delivered = Not delivered
console-parked = Parked
console-state-after = { $count ->
    [one] { $state }, after { $count } try
   *[other] { $state }, after { $count } tries
}
# The words between bars are the time.
console-next-try = next try |{ $when }|
console-since-when = since |{ $when }|
console-waiting = events that wait: { $count }
console-waiting-events = Events that wait
console-waits = What waits
console-deliver-again = Deliver it again
console-try-again = Try again
console-give-up = Give it up…
console-event-asked = The event that asked for it
console-event-fails = The event that fails
console-event-data = What it says
console-version = { $aggregate } { $id }, version { $version }
console-causes = What caused it
console-causes-none = No other event: a request did.
console-causes-order = The nearest cause first.
console-related = What the same request did besides
console-related-none = Nothing.

console-discard-message = Give a message up for good
console-discard-event = Give an event up for good
console-discard-message-text = { $message } to { $key } is not tried again, also not after a rebuild. This cannot be taken back.
console-discard-event-text = The event at { $position } of { $key } is never applied by { $group }, also not in a rebuild. What waits behind it goes on. This cannot be taken back.
console-discard-reason = Reason
console-discard-reason-hint = 3 to 500 letters. It is kept in the journal with the decision.
console-discard-button = Give it up for good
console-discard-no = No, leave it as it is

# Jobs.
console-jobs = Jobs
console-jobs-none = None was started yet.
console-rebuild-of = Rebuild of { $subject }
console-rebuild = Rebuild of a job
console-job-running = Running
console-job-finished = Finished
console-job-failed = Failed
console-job-interrupted = Interrupted
console-progress = Progress
console-progress-of = { $done } of { $total }
console-rate = Events a second
console-seconds-left = Seconds left, about
console-events-read = { $count } events read.
console-rebuilt-same = The new read model holds the same as the one before.
console-rebuilt-other = The new read model differs from the one before: the log names the tables.
console-started = Started

# Numbers.
console-numbers = Numbers
console-number = Number
console-days = { $from } to { $to }
console-days-wrong = These are the numbers of today, because of the days: { $wrong }.
console-total = { $days }, in the time zone { $zone }. Signed-in people who did anything: { $total }.
console-from = From
console-to = to
console-show = Show
console-fewest = At most 31 days. A number about fewer than { $people } people is not told, and is in no sum.
console-nothing-to-tell = Nothing to tell.
console-how-far = How far the consumer groups are
console-too-few = too few to tell

console-active = Active people
console-active-about = Signed-in people who did anything on that day.
console-day = Day
console-hours = Hours of the day
console-hours-about = Events of all kinds and all days, in the hours that enough people had.
console-hour = Hour
console-homes = From a search to an enquiry
console-products = From a look to a purchase
console-funnel-about = People who came this far on one day, each step after the one before.
console-step = Step
console-step-search = Searched
console-step-view = Looked
console-step-save = Saved
console-step-lead = Asked the owner
console-step-purchase = Bought
console-localities = Localities
console-localities-about = Those with the most views, searches and enquiries.
console-locality = Locality
console-categories = Categories of products
console-categories-about = Those with the most views and purchases.
console-category = Category
console-views = views: { $count }
console-searches = searches: { $count }
console-enquiries = enquiries: { $count }
console-purchases = purchases: { $count }
console-empty = Searches that found nothing
console-empty-about = Those of most people first.
console-search = Search
console-people-searches = people: { $people }, searches: { $searches }
console-events = Events
console-events-about = By type, without the hours that too few people had.
console-events-and-some = { $count }, and some in hours with too few people
console-type = Type
console-times = Answer times
console-times-about = What this server measured since it started, for all sites. The bar is how often it was asked for.
console-operation = Operation
console-operation-times = asked for: { $requests }, half within { $half } ms, 95 % within { $most } ms, 99 % within { $nearly } ms
