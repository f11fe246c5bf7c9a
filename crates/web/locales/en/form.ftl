# Around the fields of every form.

form-error-title = Error:
form-error = Error:
form-problem = There is a problem
form-field-error = { $field }: { $error }
form-optional = (optional)
form-choose = Choose…
form-not-stated = Not stated
