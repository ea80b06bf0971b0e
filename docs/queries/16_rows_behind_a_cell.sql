-- Which rows of which files make up a cell?
-- This one: Saltmere, 2024/25, headline, in the town. The address leads to the file, the row into it.
select payments.supplier_name, payments.amount_gbp, files.url, payments.sheet, payments.row_number
from marts.payments as payments
inner join marts.anchors as anchors on payments.publisher_id = anchors.publisher_id
inner join marts.towns as towns on anchors.town_id = towns.town_id
inner join marts.files as files
    on payments.publisher_id = files.publisher_id and payments.file_sha256 = files.file_sha256
where anchors.town_id = 'saltmere'
    and payments.financial_year = '2024/25'
    and payments.amount_basis = 'net'
    and payments.file_kind = 'spend'
    and payments.influenceable in ('yes', 'unclear')
    and payments.lad_code = towns.lad_code
order by payments.publisher_id, payments.file_sha256, payments.row_number;
