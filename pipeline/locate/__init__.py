"""Where an organisation is: postcodes cleaned and looked up in the postcode directory."""
