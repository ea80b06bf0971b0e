"""The registers in which the invented organisations stand, in their published layouts."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pipeline.demo.generator.organisations import (
    NEW_SNAPSHOT,
    OLD_SNAPSHOT,
    Organisation,
    legal_name,
)

# 55 columns; some names begin with a blank, as published.
COMPANY_COLUMNS = (
    "CompanyName, CompanyNumber,RegAddress.CareOf,RegAddress.POBox,RegAddress.AddressLine1,"
    " RegAddress.AddressLine2,RegAddress.PostTown,RegAddress.County,RegAddress.Country,"
    "RegAddress.PostCode,CompanyCategory,CompanyStatus,CountryOfOrigin,DissolutionDate,"
    "IncorporationDate,Accounts.AccountRefDay,Accounts.AccountRefMonth,Accounts.NextDueDate,"
    "Accounts.LastMadeUpDate,Accounts.AccountCategory,Returns.NextDueDate,Returns.LastMadeUpDate,"
    "Mortgages.NumMortCharges,Mortgages.NumMortOutstanding,Mortgages.NumMortPartSatisfied,"
    "Mortgages.NumMortSatisfied,SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,"
    "SICCode.SicText_4,LimitedPartnerships.NumGenPartners,LimitedPartnerships.NumLimPartners,URI,"
    + ",".join(f"PreviousName_{n}.CONDATE, PreviousName_{n}.CompanyName" for n in range(1, 11))
    + ",ConfStmtNextDueDate, ConfStmtLastMadeUpDate"
).split(",")
CATEGORIES = {
    "ltd": "Private Limited Company",
    "plc": "Public Limited Company",
    "llp": "Limited Liability Partnership",
    "cic": "Community Interest Company",
    "society": "Registered Society",
    "charitable_company": "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)",
    "academy": "PRI/LBG/NSC (Private, Limited by guarantee, no share capital, "
    "use of 'Limited' exemption)",
}
SIC_TEXTS = {
    "building": "41201 - Construction of commercial buildings",
    "technology": "62020 - Information technology consultancy activities",
    "care": "87300 - Residential care activities for the elderly and disabled",
    "food": "56290 - Other food services",
}
# No company here has the name of anyone that is paid; near ones test whether a matcher abstains.
STRANGERS = ("Holdings", "Nominees", "Investments", "Group Services")


def write_registers(folder: Path, older: Path, organisations: list[Organisation]) -> None:
    """Write both snapshots of the companies (the older one elsewhere) and the charities."""
    _write_companies(folder, organisations, NEW_SNAPSHOT)
    _write_companies(older, organisations, OLD_SNAPSHOT)
    _write_charities(folder, organisations)


def _write_companies(folder: Path, organisations: list[Organisation], on: date) -> None:
    companies = [one for one in organisations if one.company_number]
    with (folder / f"BasicCompanyDataAsOneFile-{on}.csv").open(
        "w", encoding="utf-8", newline=""
    ) as target:
        target.write(",".join(COMPANY_COLUMNS) + "\n")
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        names = [column.strip() for column in COMPANY_COLUMNS]
        for row in [*(_company(one, on) for one in companies), *_strangers(companies)]:
            writer.writerow([row.get(name, "") for name in names])


def _company(one: Organisation, on: date) -> dict[str, str]:
    has_moved = one.moved_on is not None and one.moved_on <= on
    postcode = one.postcode if has_moved or not one.earlier_postcode else one.earlier_postcode
    previous = legal_name(one, one.previous_name).upper() if one.previous_name else ""
    return {
        "CompanyName": legal_name(one).upper(),
        "CompanyNumber": one.company_number or "",
        "RegAddress.PostCode": postcode,
        "CompanyCategory": CATEGORIES[one.kind],
        "CompanyStatus": "Active",
        "CountryOfOrigin": "United Kingdom",
        "IncorporationDate": "01/04/2001",
        "Accounts.AccountCategory": "FULL" if one.kind == "plc" else "TOTAL EXEMPTION FULL",
        "SICCode.SicText_1": SIC_TEXTS.get(one.pool, "82990 - Other business support"),
        "PreviousName_1.CONDATE": "01/10/2022" if previous else "",
        "PreviousName_1.CompanyName": previous,
    }


def _strangers(companies: list[Organisation]) -> Iterable[dict[str, str]]:
    """Companies that nobody pays, with half a name of one that somebody does."""
    for place, one in enumerate(companies[::5]):
        yield {
            "CompanyName": f"{one.name.split()[0]} {STRANGERS[place % 4]} Limited".upper(),
            "CompanyNumber": f"0{5_000_000 + place:07}",
            "RegAddress.PostCode": one.postcode,
            "CompanyCategory": CATEGORIES["ltd"],
            "CompanyStatus": "Active",
            "CountryOfOrigin": "United Kingdom",
            "IncorporationDate": "01/04/2005",
        }


def _write_charities(folder: Path, organisations: list[Organisation]) -> None:
    charities = [one for one in organisations if one.register == "chc"]
    stamp = f"{NEW_SNAPSHOT}T00:00:00"
    records = [
        {
            "date_of_extract": stamp,
            "organisation_number": int(one.number or 0),
            "registered_charity_number": int(one.number or 0),
            "linked_charity_number": 0,
            "charity_name": legal_name(one).upper(),
            "charity_type": "CIO" if one.kind == "cio" else "Other",
            "charity_registration_status": "Registered",
            "date_of_registration": "1999-04-01T00:00:00",
            "date_of_removal": None,
            "charity_company_registration_number": one.company_number,
            "charity_contact_postcode": one.postcode,
        }
        for one in charities
    ]
    others = [
        {
            "date_of_extract": stamp,
            "organisation_number": int(one.number or 0),
            "registered_charity_number": int(one.number or 0),
            "linked_charity_number": 0,
            "charity_name_id": place + 1,
            "charity_name_type": "Working name",
            "charity_name": f"THE {one.name.upper()} TRUST FUND",
        }
        for place, one in enumerate(charities[::3])
    ]
    for table, rows in (("charity", records), ("charity_other_names", others)):
        text = "[" + "\n,".join(json.dumps(row) for row in rows) + "]"
        (folder / f"publicextract.{table}.json").write_text(text, encoding="utf-8-sig")
