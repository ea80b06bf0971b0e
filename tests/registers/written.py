"""Small registers written by hand in the layouts that their publishers use."""

import csv
import io
import json
import zipfile
from pathlib import Path

# As published in 2026: some names carry a leading blank.
COMPANY_HEADING = [
    "CompanyName", " CompanyNumber", "RegAddress.CareOf", "RegAddress.POBox",
    "RegAddress.AddressLine1", " RegAddress.AddressLine2", "RegAddress.PostTown",
    "RegAddress.County", "RegAddress.Country", "RegAddress.PostCode", "CompanyCategory",
    "CompanyStatus", "CountryOfOrigin", "DissolutionDate", "IncorporationDate",
    "Accounts.AccountRefDay", "Accounts.AccountRefMonth", "Accounts.NextDueDate",
    "Accounts.LastMadeUpDate", "Accounts.AccountCategory", "Returns.NextDueDate",
    "Returns.LastMadeUpDate", "Mortgages.NumMortCharges", "Mortgages.NumMortOutstanding",
    "Mortgages.NumMortPartSatisfied", "Mortgages.NumMortSatisfied", "SICCode.SicText_1",
    "SICCode.SicText_2", "SICCode.SicText_3", "SICCode.SicText_4",
    "LimitedPartnerships.NumGenPartners", "LimitedPartnerships.NumLimPartners", "URI",
    *(f"{blank}PreviousName_{n}.{what}" for n in range(1, 11)
      for blank, what in (("", "CONDATE"), (" ", "CompanyName"))),
    "ConfStmtNextDueDate", " ConfStmtLastMadeUpDate",
]  # fmt: skip
PRIVATE = "Private Limited Company"
GUARANTEE = "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)"
NSPL_HEADING = [
    "pcd7", "pcd8", "pcds", "dointr", "doterm", "cty26cd", "lad26cd", "wd26cd", "ctry26cd",
    "rgn26cd", "lsoa21cd", "lat", "long",
]  # fmt: skip


def company(number, name, postcode="", category=PRIVATE, **fields):
    """One record of BasicCompanyData; `fields` by published name, blanks aside."""
    values = {
        "CompanyName": name,
        "CompanyNumber": number,
        "RegAddress.PostCode": postcode,
        "CompanyCategory": category,
        "CompanyStatus": "Active",
        **fields,
    }
    return [values.get(heading.strip(), "") for heading in COMPANY_HEADING]


def csv_text(heading, records):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    text.write(",".join(heading) + "\n")
    writer.writerows(records)
    return text.getvalue()


def companies_csv(*records):
    return csv_text(COMPANY_HEADING, records)


def write_companies_csv(folder, *records, name="BasicCompanyData-2026-09-01.csv"):
    path = Path(folder) / name
    path.write_text(companies_csv(*records), encoding="utf-8")
    return path


def charity(number, name, linked=0, company_number=None, postcode=None, status="Registered"):
    return {
        "date_of_extract": "2026-09-02T00:00:00",
        "organisation_number": number * 10 + linked,
        "registered_charity_number": number,
        "linked_charity_number": linked,
        "charity_name": name,
        "charity_type": None,
        "charity_registration_status": status,
        "date_of_registration": "1999-05-04T00:00:00",
        "date_of_removal": None,
        "charity_company_registration_number": company_number,
        "charity_contact_postcode": postcode,
        "charity_contact_web": "a field that is not needed",
    }


def other_name(number, name, kind="Working name", linked=0):
    return {
        "date_of_extract": "2026-09-02T00:00:00",
        "registered_charity_number": number,
        "linked_charity_number": linked,
        "charity_name_type": kind,
        "charity_name": name,
    }


def write_charities_zip(folder, *records, table="charity"):
    path = Path(folder) / f"publicextract.{table}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"publicextract.{table}.json", "\ufeff" + json.dumps(records))
    return path


def postcode(pcds, lad="", county="", ward="", lsoa="", lat="53.7", terminated=""):
    squeezed = pcds.replace(" ", "")
    return [
        squeezed, pcds, pcds, "198001", terminated, county, lad, ward, "E92000001", "E12000002",
        lsoa, lat, "-2.7",
    ]  # fmt: skip


def write_nspl(folder, *records, heading=NSPL_HEADING, name="NSPL_AUG_2026_UK.csv"):
    path = Path(folder) / name
    path.write_text(csv_text(heading, records), encoding="utf-8")
    return path


def zip_of(path, member, text):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text)
    return path
