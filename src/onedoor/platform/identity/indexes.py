"""What the blind indexes of people and log-ins are made of, when their key is changed."""

from collections.abc import Sequence

from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel import blind


def register() -> None:
    blind.register(Person, Person.by_number, lambda rows: [str(row.id_number) for row in rows])
    blind.register(Person, Person.by_phone, lambda rows: [str(row.phone) for row in rows])
    blind.register(Login, Login.by_phone, lambda rows: [str(row.phone) for row in rows])
    blind.register(Login, Login.by_holder, _holders)


def _holders(rows: Sequence[Login]) -> list[str]:
    """
    Return the identity numbers of the officers behind some log-ins.

    Log-ins from before the number was kept have its index only: they are known if the officer is known as a person.
    """
    column = Login.by_holder.searched
    unknown = {value for row in rows if not row.holder_number and (value := getattr(row, column))}
    found = Person.objects.filter(**{f"{Person.by_number.searched}__in": unknown})
    people = {str(getattr(person, Person.by_number.searched)): str(person.id_number) for person in found}
    return [str(row.holder_number) or people.get(getattr(row, column) or "", "") for row in rows]
