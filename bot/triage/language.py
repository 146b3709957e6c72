"""The language of a text, by counting its small words."""

from __future__ import annotations

from bot.triage.labels import Language
from bot.triage.wording import folded, words

_DUTCH = """
ons per nieuwe nieuw jaar klant aanpassen sturen alle bent jouw over deze zonder geweest nee zodat omdat dus eens
de het een en van ik jullie u niet dat die te op is mijn met voor maar aan er om wat zijn bij ook als dan nog je uw
of heb hebben wil graag kan naar uit door geen wel al deze dit hoe waar wie kunnen groet beste hallo hoi bedankt mij
me ben was wordt worden staat even doe weer meer over onze wij we hij zij heeft mag moet alles iets niets nooit
alvast goedemiddag goedemorgen vriendelijke groeten gr mvg ja nee jij jouw waarom wanneer waarvoor hier daar nu toch
gegevens verwijderen akkoord
blijft blijven vervalt voortaan ipv oud oude straat straatnaam plaats woonplaats postcode naam achternaam nummer
telefoon geboortedatum ongewijzigd zelfde eruit erin klantnr klantnummer gewijzigd wijziging zie foutief
cijfers huisnummer rekening contactpersoon postbus bezoekadres postadres svp aub geen ivm
vast namens inzake heet heten mevrouw meneer
"""
_ENGLISH = """
the a an and of i you not that this to on is my with for but at it in are be have has do please would could can from
by no any your me we our us what who how where when why will was were been about as or if so thanks thank dear hello
hi kind regards best want like there which these those am than all just don't i'm it's did does should must yes
"""
_GERMAN = """
der die das ein eine und von ich sie nicht dass zu auf ist mein meine mit fur aber an es um was sind bei auch als
noch ihr ihre oder habe haben mochte bitte kann aus durch kein keine schon dieser diese wie wo wer konnen gruss
grusse sehr geehrte damen herren hallo danke mir mich bin war wird werden uber wir uns dem den des im vom zum zur
einen einem meiner nach wenn
"""
_FRENCH = """
le la les un une et de des du je vous ne pas que qui ce cette sur est mon ma mes avec pour mais il elle dans sont
par plus aussi ou ai avez merci bonjour cordialement votre vos nous me moi au aux en se si tout toutes comment quand
pourquoi chez etre avoir voudrais souhaite madame monsieur salut c'est j'ai l d j n s qu
"""
_OTHERS = """
quiero datos cuenta favor del sus esta todos saludos dos das uma com meu minhas quero conta nu sa mea datele contul
vreau va imi voglio miei dati conto della non mie moich danych sie jak zeby moj moje konto prosze chce dziekuje
verilerimi hesabimi istiyorum kisisel silin tum sizin olan adres ta jeg ikke mine och mina inte uppgifter
nie sie jest na mam czy prosze moje mnie pan dane bir ve bu icin benim ne lutfen merhaba ile por el los las que mis
con para una gracias hola os meus minha nao obrigado eu mio mia che sono grazie gli buongiorno din este sunt va rog
y pero como cuando donde tengo tiene hemos su ustedes usted necesito pido puedo pueden solo muy hay hasta desde sobre
senores estimados buenos dias tardes pasado tambien porque hacer borrar correo he ser lo nuestra nuestro
il dei delle degli nel nella alla dal ho hanno abbiamo vorrei posso potete anche perche dove questo questa miei vostro
vostra ci buonasera cordiali saluti dati quali avete puo cosa piu molto vi nostro nostra
cu ca mai ati fi prin despre cand pe imi mele noi dumneavoastra buna ziua multumesc
dzien dobry oraz albo tylko juz tego ktore ktora ze pozdrawiam panstwo panstwa jako przez dla od sa bylo moja moim
bana beni adim benim sizden tesekkurler iyi gunler hakkinda degil var yok daha bilgi bilgilerimi fatura gibi kadar
jim jimme us hat mei oan wer wy hja ek nei troch kin kinne moat wol goeie goeiejun goeiemoarn groetnis witte
hokker opnommen ferfearn myn jimmes dy dizze wurdt wurde neat oer sil soe hie
och jag det att inte mitt jo myn haw binne fan hawwe wolle yn foar moi mie joe nait goan ien ast sjen graach tank
"""
_SMALL_WORDS: dict[Language, frozenset[str]] = {
    Language.DUTCH: frozenset(_DUTCH.split()),
    Language.ENGLISH: frozenset(_ENGLISH.split()),
    Language.GERMAN: frozenset(_GERMAN.split()),
    Language.FRENCH: frozenset(_FRENCH.split()),
}
_LEAST_SHARE = 0.15  # of the words: below it the text is in a language we do not count
_OTHER_SMALL_WORDS = frozenset(_OTHERS.split())
"""Polish, Turkish, Spanish, Portuguese, Italian, Romanian, Swedish, Frisian and Low Saxon."""


def language_of(*texts: str) -> Language:
    """The language with the most small words, Dutch for a text too short to tell; `other` if none of ours speaks."""
    plain = folded("\n".join(texts))
    seen = [word for word in words(plain.replace("'", ""))[:1500] if word.isalpha()]
    letters = [letter for letter in plain[:4000] if letter.isalpha()]
    if letters and sum(letter > "\u024f" for letter in letters) > len(letters) / 2:
        return Language.OTHER
    if not seen:
        return Language.DUTCH
    counts = {language: sum(word in small for word in seen) for language, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    foreign = sum(word in _OTHER_SMALL_WORDS for word in seen)
    if foreign > counts[best] and len(seen) > 3:
        return Language.OTHER
    if counts[best] < _LEAST_SHARE * len(seen) and len(seen) > 8:
        return Language.OTHER
    return best if counts[best] else Language.DUTCH
