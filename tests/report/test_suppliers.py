from pipeline.registers.union import REGISTERS_OF_ORGANISATIONS
from pipeline.report.suppliers import REGISTERS


def test_every_register_has_words_for_people():
    assert set(REGISTERS) == set(REGISTERS_OF_ORGANISATIONS)
