-- UK public bodies account from 1 April to 31 March, written 2024/25.
create or replace macro financial_year(day) as
case
    when month(day) >= 4
        then cast(year(day) as varchar) || '/' || right(cast(year(day) + 1 as varchar), 2)
    else cast(year(day) - 1 as varchar) || '/' || right(cast(year(day) as varchar), 2)
end;
