"""Invented households of a county: names, ages and sizes in proportion, identity numbers that are well-formed and nobody's."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from onedoor.demonstration.generation import proportions
from onedoor.standards.check_digits import mod11_2_check

SURNAMES = [name for name, _ in proportions.SURNAMES]
WEIGHTS = [share for _, share in proportions.SURNAMES]


@dataclass(frozen=True)
class Invented:
    """One invented person."""

    name: str
    sex: str
    born: date
    id_number: str
    relation: str  # to the applicant, as the form has it


class County:
    """Draw the households of one county; the same every time for the same seed."""

    def __init__(self, code: str, towns: list[tuple[str, str]], *, seed: int, today: date) -> None:
        self.code, self.towns, self.today = code, towns, today
        self.dice = Random(f"{seed}:{code}")  # noqa: S311 - the same people every time
        self.taken: dict[tuple[date, str], int] = {}

    def household(self) -> list[Invented]:
        """Return the applicant, then those who live with them."""
        size = _pick(self.dice, proportions.HOUSEHOLD_SIZES)
        youngest, oldest = _ages(self.dice)
        head = self._person(SURNAMES, self.dice.randint(youngest, oldest), "SELF")
        age = (self.today - head.born).days // 365
        members = [head]
        for place in range(1, size):
            if place == 1 and self.dice.random() < 0.7:
                members.append(self._person(SURNAMES, max(20, age + self.dice.randint(-5, 5)), "SPOUSE"))
            elif age < 60:
                members.append(self._person([head.name[:1]], max(0, age - self.dice.randint(23, 34)), "CHILD"))
            else:
                members.append(self._person([head.name[:1]], max(18, age - self.dice.randint(23, 34)), "CHILD"))
        return members

    def address(self, town: str) -> str:
        village = self.dice.choice(proportions.VILLAGES)
        return f"{town}{village}村 {self.dice.randint(1, 12)} 组 {self.dice.randint(1, 90)} 号"

    def _person(self, surnames: list[str], age: int, relation: str) -> Invented:
        surname = self.dice.choices(SURNAMES, WEIGHTS)[0] if surnames is SURNAMES else surnames[0]
        dot = "·" if len(surname) > 2 else ""
        sex = self.dice.choice("12")
        born = self.today - timedelta(days=age * 365 + self.dice.randint(1, 364))
        return Invented(
            f"{surname}{dot}{self.dice.choice(proportions.GIVEN)}", sex, born, self._number(born, sex), relation
        )

    def _number(self, born: date, sex: str) -> str:
        """Return the next free number of a day and sex: the sequence is odd for men, even for women."""
        turn = self.taken.get((born, sex), 0)
        self.taken[born, sex] = turn + 1
        # From above 500 down, away from the numbers of the cast.
        body = f"{self.code[:6]}{born:%Y%m%d}{998 - 2 * turn + (sex == '1'):03d}"
        return body + mod11_2_check(body)


def _pick(dice: Random, shares: tuple[tuple[int, float], ...]) -> int:
    return dice.choices([value for value, _ in shares], [share for _, share in shares])[0]


def _ages(dice: Random) -> tuple[int, int]:
    youngest, oldest, _ = dice.choices(proportions.APPLICANT_AGES, [row[2] for row in proportions.APPLICANT_AGES])[0]
    return youngest, oldest
