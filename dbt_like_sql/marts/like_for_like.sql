with town_months as (
    select
        anchors.town_id,
        institutions.comparison_group,
        institutions.is_nhs,
        institutions.institution_id,
        floored.*
    from {{ ref('int_unit_months_above_floor') }} as floored
    inner join {{ ref('int_anchor_years') }} as anchors
        on floored.publisher_id = anchors.publisher_id and floored.financial_year = anchors.financial_year
    inner join
        {{ ref('int_institutions') }} as institutions
        on floored.publisher_id = institutions.publisher_id
),

published as (
    select
        anchors.town_id,
        institutions.comparison_group,
        payments.financial_year,
        payments.amount_basis,
        payments.payment_month,
        bool_or(institutions.does_district_work) as does_district_work,
        bool_or(institutions.does_county_work) as does_county_work
    from {{ ref('int_payments_selected') }} as payments
    inner join {{ ref('int_anchor_years') }} as anchors
        on
            payments.publisher_id = anchors.publisher_id
            and payments.financial_year = anchors.financial_year
    inner join {{ ref('int_institutions') }} as institutions
        on payments.publisher_id = institutions.publisher_id
    where payments.file_kind = 'spend' and payments.payment_month is not null
    group by
        anchors.town_id, institutions.comparison_group, payments.financial_year,
        payments.amount_basis, payments.payment_month
),

common_months as (
    select
        own.town_id,
        other.town_id as other_town_id,
        own.comparison_group,
        own.financial_year,
        own.amount_basis,
        own.payment_month,
        own.does_district_work = other.does_district_work
        and own.does_county_work = other.does_county_work as is_same_work
    from published as own
    inner join published as other
        on
            own.town_id != other.town_id
            and own.comparison_group = other.comparison_group
            and own.financial_year = other.financial_year
            and own.amount_basis = other.amount_basis
            and own.payment_month = other.payment_month
),

-- Months in which both do the same work, where there are such; else those there are, in pounds only.
compared as (
    select
        *,
        bool_or(is_same_work) over (
            partition by town_id, other_town_id, comparison_group, financial_year, amount_basis
        ) as is_alike
    from common_months
    qualify is_same_work or not is_alike
),

units as (
    select
        compared.town_id,
        compared.other_town_id,
        compared.financial_year,
        compared.amount_basis,
        compared.comparison_group,
        compared.is_alike,
        paid.is_nhs,
        paid.institution_id,
        paid.unit_id,
        bool_or(bands.may_be_town) as may_be_town,
        bool_or(bands.may_be_rest_of_county or bands.may_be_rest_of_region or bands.may_be_rest_of_uk)
            as may_be_elsewhere,
        sum(paid.amount_gbp) as amount_gbp,
        sum(paid.credits_gbp) as credits_gbp,
        sum(paid.below_floor_gbp) as below_floor_gbp,
        sum(paid.floored_by_line_gbp) as floored_by_line_gbp,
        sum(paid.invoices_kept) as invoices_kept
    from compared
    inner join town_months as paid
        on
            compared.town_id = paid.town_id
            and compared.comparison_group = paid.comparison_group
            and compared.financial_year = paid.financial_year
            and compared.amount_basis = paid.amount_basis
            and compared.payment_month = paid.payment_month
    inner join {{ ref('int_unit_bands') }} as bands
        on
            paid.publisher_id = bands.publisher_id
            and paid.unit_id = bands.unit_id
            and paid.town_id = bands.town_id
            and bands.local_definition = 'registered'
    group by all
),

months as (
    select
        town_id,
        other_town_id,
        financial_year,
        amount_basis,
        comparison_group,
        count(*) as common_months
    from compared
    group by all
),

grouped as (
    select
        units.*,
        months.common_months,
        unnest(
            if(
                units.is_alike and not units.is_nhs,
                [units.comparison_group, 'all but the NHS'],
                [units.comparison_group]
            )
        ) as shown_group
    from units
    inner join months
        on
            units.town_id = months.town_id
            and units.other_town_id = months.other_town_id
            and units.financial_year = months.financial_year
            and units.amount_basis = months.amount_basis
            and units.comparison_group = months.comparison_group
),

sums as (
    select
        town_id,
        other_town_id,
        financial_year,
        amount_basis,
        shown_group as comparison_group,
        bool_and(is_alike) as is_alike,
        string_agg(distinct institution_id, ', ' order by institution_id) as institution_ids,
        min(common_months) as common_months,
        count(distinct if(invoices_kept > 0, unit_id, null)) as supplier_count,
        sum(amount_gbp) as total_gbp,
        sum(if(may_be_elsewhere, 0, amount_gbp)) as town_gbp,
        sum(if(may_be_town and may_be_elsewhere, least(amount_gbp, 0), 0)) as town_may_lose_gbp,
        sum(if(may_be_town and may_be_elsewhere, greatest(amount_gbp, 0), 0)) as town_may_gain_gbp,
        sum(credits_gbp) as credits_gbp,
        sum(below_floor_gbp) as below_floor_gbp,
        sum(floored_by_line_gbp) as floored_by_line_gbp
    from grouped
    group by town_id, other_town_id, financial_year, amount_basis, shown_group
),

reasoned as (
    select
        *,
        max(if(common_months = 12, financial_year, null)) over (
            partition by town_id, other_town_id, amount_basis, comparison_group
        ) as newest_complete_year,
        case
            when not is_alike then 'the councils held do different work'
            when total_gbp < 250000 then 'less than £250,000'
            when supplier_count < 20 then 'fewer than 20 suppliers'
            when common_months < 10 then 'fewer than 10 common months'
            when town_gbp + town_may_lose_gbp < 0 or town_gbp + town_may_gain_gbp > total_gbp
                then 'credit notes push the bounds outside 0 to 100%'
        end as only_pounds_reason
    from sums
)

select
    town_id,
    other_town_id,
    financial_year,
    amount_basis,
    comparison_group,
    institution_ids,
    common_months,
    coalesce(financial_year = newest_complete_year, false) as is_newest_complete_year,
    supplier_count,
    total_gbp,
    town_gbp,
    town_may_gain_gbp,
    town_may_lose_gbp,
    credits_gbp,
    below_floor_gbp,
    floored_by_line_gbp,
    case
        when only_pounds_reason is null then (town_gbp + town_may_lose_gbp) / total_gbp
    end as share_in_town_low,
    case
        when only_pounds_reason is null then (town_gbp + town_may_gain_gbp) / total_gbp
    end as share_in_town_high,
    only_pounds_reason
from reasoned
