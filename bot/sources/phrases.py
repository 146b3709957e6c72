"""The few sentences that this room adds to what the map says, in the letter's language."""

from __future__ import annotations

from bot.datamap.words import Words

REDACTED = Words(nl="[weggelaten: gegevens van een ander]", en="[left out: somebody else's data]")

SECRET = Words(nl="beveiligingsgegeven, dat niemand te zien krijgt", en="a security value that is shown to nobody")
THIRD_PARTY = Words(nl="gegevens van een ander (artikel 15 lid 4 AVG)", en="somebody else's data (Article 15(4) GDPR)")
NOT_PORTABLE = Words(
    nl="niet overdraagbaar (artikel 20 AVG), wel in te zien met een verzoek om inzage",
    en="not portable (Article 20 GDPR), but available through a request for access",
)

NOT_CORRECTABLE = Words(
    nl="wij kunnen dit gegeven niet automatisch aanpassen", en="we cannot change this value automatically"
)
NOT_WELL_FORMED = Words(
    nl="de nieuwe waarde is niet compleet of niet geldig", en="the new value is incomplete or invalid"
)
NO_NEW_VALUE = Words(nl="de nieuwe waarde staat niet in het bericht", en="the message does not give the new value")
SEVERAL_VALUES = Words(
    nl="dit gegeven staat er meer dan eens, met verschillende waarden",
    en="this value is on file more than once, and differs",
)
ALREADY_SO = Words(nl="dit staat al zo in onze gegevens", en="our data already say so")
NOT_ON_FILE = Words(nl="dit gegeven hebben wij niet van u", en="we do not hold this value about you")
TWICE = Words(nl="er staan twee verschillende nieuwe waarden in het bericht", en="the message gives two new values")

SHARED = Words(nl="andere mensen gebruiken dit account ook", en="other people use this account too")
NOBODYS = Words(
    nl="hangt alleen aan een e-mailadres, en is niet met zekerheid van één persoon",
    en="hangs on an e-mail address alone, and is not with certainty about one person",
)
IN_USE = Words(nl="andere gegevens die blijven verwijzen ernaar", en="other data that stay refer to it")
RETURNED = Words(
    nl="uw eigen administratie: die krijgt u terug, en wordt gewist als u dat uitdrukkelijk vraagt",
    en="your own administration: it is returned to you, and erased when you explicitly ask for that",
)
TO_REACH = Words(
    nl="zolang wij nog gegevens van u bewaren, moeten wij u kunnen herkennen en bereiken",
    en="as long as we keep data about you, we must be able to recognise and reach you",
)
AFTER_THE_REST = Words(
    nl="zodra de rest is teruggegeven of gewist; tot dan herkennen en bereiken wij u hiermee",
    en="once the rest has been returned or erased; until then we recognise and reach you by this",
)
