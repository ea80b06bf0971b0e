"""What the licences of the registers ask to be said wherever their data are shown."""

ATTRIBUTION = (
    "Contains Companies House data and Charity Commission data under the Open Government Licence "
    "v3.0. Contains OS data © Crown copyright and database right; Royal Mail data © Royal Mail "
    "copyright and database right; National Statistics data © Crown copyright and database right "
    "(postcode directories and boundaries of the Office for National Statistics). Codes of local "
    "authorities are from mySociety’s list (CC BY 4.0)."
)
