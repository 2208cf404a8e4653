"""R1: who counts as a family member living together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onedoor.services.assistance.rules import PersonFacts, cohabiting_members

ON = date(2026, 11, 24)
ADULT = date(1980, 5, 1)
HUSBAND = PersonFacts("父", "SELF", ADULT)
WIFE = PersonFacts("母", "SPOUSE", ADULT)

people = st.builds(
    PersonFacts,
    name=st.uuids().map(str),
    relation=st.sampled_from(["SELF", "SPOUSE", "CHILD", "PARENT", "GRANDPARENT", "OTHER"]),
    born=st.dates(date(1920, 1, 1), ON),
    lives_together=st.booleans(),
    school=st.sampled_from(["", "SCHOOL", "COLLEGE", "UNDERGRADUATE", "GRADUATE"]),
    dependent=st.booleans(),
    away=st.sampled_from(["", "PRISON", "ISOLATION", "MISSING", "RELIGIOUS_APART"]),
    support_duty=st.booleans(),
)


def counted(*persons: PersonFacts, on: date = ON, **rules: bool) -> list[str]:
    return [row.name for row in cohabiting_members(persons, on, **rules).value if row.counts]


def test_a_couple_and_a_son_of_20_in_college_are_three():  # R1 (a)
    son = PersonFacts("子", "CHILD", date(2006, 5, 1), school="COLLEGE")
    assert counted(HUSBAND, WIFE, son) == ["父", "母", "子"]


def test_a_daughter_of_24_in_a_masters_course_does_not_count_but_an_officer_looks():  # R1 (b)
    daughter = PersonFacts("女", "CHILD", date(2002, 5, 1), lives_together=False, school="GRADUATE")
    judgement = cohabiting_members([HUSBAND, WIFE, daughter], ON)
    assert [row.counts for row in judgement.value] == [True, True, False]
    assert [row.manual for row in judgement.value] == [False, False, True]


def test_mother_child_and_grandmother_are_three_while_father_is_in_prison():  # R1 (c)
    mother = PersonFacts("母", "SELF", ADULT)
    father = PersonFacts("父", "SPOUSE", ADULT, away="PRISON")
    child = PersonFacts("孩", "CHILD", date(2016, 5, 1))
    grandmother = PersonFacts("奶奶", "GRANDPARENT", date(1950, 5, 1))
    assert counted(mother, father, child, grandmother) == ["母", "孩", "奶奶"]


def test_a_grandmother_to_whom_nobody_owes_support_does_not_count():  # R1 (c)
    grandmother = PersonFacts("奶奶", "GRANDPARENT", date(1950, 5, 1), support_duty=False)
    assert counted(HUSBAND, grandmother) == ["父"]


def test_a_parent_who_lives_elsewhere_does_not_count():  # R1
    assert counted(HUSBAND, PersonFacts("爷爷", "PARENT", date(1950, 5, 1), lives_together=False)) == ["父"]


def test_a_spouse_working_elsewhere_counts():  # R1
    assert counted(HUSBAND, PersonFacts("母", "SPOUSE", ADULT, lives_together=False)) == ["父", "母"]


@pytest.mark.parametrize(
    ("away", "said"),
    [("PRISON", "服刑"), ("ISOLATION", "强制隔离戒毒"), ("MISSING", "宣告失踪"), ("RELIGIOUS_APART", "满三年")],
)
def test_the_absent_of_the_law_do_not_count_whatever_their_relation(away, said):  # R1
    (row,) = cohabiting_members([PersonFacts("甲", "SPOUSE", ADULT, away=away)], ON).value
    assert not row.counts
    assert said in row.reason


@pytest.mark.parametrize("school", ["SCHOOL", "COLLEGE", "UNDERGRADUATE"])
def test_a_full_time_student_up_to_the_undergraduate_counts_even_on_campus(school):  # R1
    child = PersonFacts("子", "CHILD", date(2004, 5, 1), lives_together=False, school=school)
    assert counted(child) == ["子"]


def test_an_adult_child_who_cannot_live_independently_counts():  # R1
    assert counted(PersonFacts("子", "CHILD", date(1990, 5, 1), lives_together=False, dependent=True)) == ["子"]


def test_a_working_adult_child_living_with_the_parents_counts_unless_the_place_rules_otherwise():  # R1, readings 17
    child = PersonFacts("子", "CHILD", date(1990, 5, 1))
    assert counted(child) == ["子"]
    assert counted(child, count_working_adult_children=False) == []


@pytest.mark.parametrize(
    ("born", "on", "counts"),
    [
        (date(2008, 11, 25), ON, True),  # of age tomorrow
        (date(2008, 11, 24), ON, False),  # of age today
        (date(2008, 2, 29), date(2026, 2, 27), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),  # readings 2
    ],
)
def test_a_child_living_apart_counts_until_the_eighteenth_birthday(born, on, counts):  # R1
    child = PersonFacts("子", "CHILD", born, lives_together=False)
    assert bool(counted(child, on=on)) is counts


def test_nobody_gives_nobody():
    judgement = cohabiting_members([], ON)
    assert judgement.value == ()
    assert judgement.reasons == ()


def test_an_unknown_absence_is_refused():
    with pytest.raises(ValueError, match="HOLIDAY"):
        cohabiting_members([PersonFacts("甲", "SELF", ADULT, away="HOLIDAY")], ON)


def test_every_person_gets_one_reason_with_its_article():
    judgement = cohabiting_members([HUSBAND, PersonFacts("父", "PARENT", ADULT, lives_together=False)], ON)
    assert [reason.code for reason in judgement.reasons] == ["R1.in", "R1.out"]
    assert all(
        reason.article == "《最低生活保障审核确认办法》（民发〔2021〕57号）第七条" for reason in judgement.reasons
    )
    assert all(reason.text.endswith("。") for reason in judgement.reasons)


@given(st.lists(people, max_size=6, unique_by=lambda person: person.name), st.randoms(use_true_random=False))
def test_the_order_of_members_is_irrelevant(persons, random):
    shuffled = list(persons)
    random.shuffle(shuffled)
    assert set(counted(*shuffled)) == set(counted(*persons))


@given(people, st.booleans())
def test_nobody_counts_and_waits_for_an_officer_at_once(person, working):
    (row,) = cohabiting_members([person], ON, count_working_adult_children=working).value
    assert not (row.counts and row.manual)
