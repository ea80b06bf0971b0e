-- A natural person's name is never shown (ANALYSIS section 9). The name in a card file without a
-- merchant is the cardholder's.
create or replace macro shown_supplier_name(supplier_name, supplier_class, decision, is_in_card_file) as
case
    when supplier_class = 'person' then 'individual'
    when is_in_card_file and decision != 'matched' then 'individual'
    else supplier_name
end;
