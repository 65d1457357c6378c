"""`people.py COUNT` imports the bench's people. They share a hash, so that none but the recoveries' is computed for long."""

import sys

import django

django.setup()

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

password = make_password("what nobody remembers")
addresses = [f"member{number}@bench.example" for number in range(int(sys.argv[1]))]
people = [User(username=address, email=address, password=password) for address in addresses]
for person in User.objects.bulk_create(people):
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
