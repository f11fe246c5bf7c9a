//! What words of a query mean. English, and Hindi and Telugu, mostly as people write them in Latin letters.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::property::kinds::{
    ForWhom as Whom, FurnishedStatus, ListingType, PossessionStatus, PreferredTenant, PropertyType,
};

use crate::query::Detail;

/// On which side of an amount the wanted values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At most the amount.
    Most,
    /// At least the amount.
    Least,
    /// About the amount.
    About,
}

/// What a phrase means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// Nothing that a home could be compared with.
    Little,
    /// A wish that no field holds: it is looked for in the texts, and not demanded.
    Wish,
    /// Kinds of property, and what to call them.
    Kinds(&'static str, &'static [PropertyType]),
    /// A kind of deal, and what to call it.
    Deal(&'static str, ListingType),
    /// How a home is furnished, and what to call it.
    Furnished(&'static str, FurnishedStatus),
    /// Verified as genuine.
    Verified,
    /// What only some listings state, and what to call it.
    States(&'static str, Detail),
    /// Stands before an amount.
    Before(Bound),
    /// Stands after an amount.
    After(Bound),
    /// Says that the next number is money.
    Money,
}

use Detail::{ForWhom, Gated, Pets, Possession, Tenant};
use Meaning::{After, Before, Deal, Furnished, Kinds, Little, Money, States, Verified, Wish};

const DETACHED: &[PropertyType] = &[PropertyType::House, PropertyType::Villa];
const BUSINESS: &[PropertyType] = &[
    PropertyType::Commercial,
    PropertyType::Office,
    PropertyType::Shop,
    PropertyType::Warehouse,
    PropertyType::Coworking,
    PropertyType::Industrial,
];

/// Phrases by their meaning, separated by commas. A longer phrase wins over a shorter one.
const PHRASES: &[(Meaning, &str)] = &[
    // English.
    (
        Little,
        "a, an, the, in, at, on, of, for, to, with, and, or, from, by, into, is, are, be, it, its, this, that",
    ),
    (
        Little,
        "i, we, me, my, our, us, you, your, want, wants, need, needed, needs, looking, look, search, searching",
    ),
    (
        Little,
        "find, show, get, give, please, pls, some, any, all, there, which, who, has, have, having, where",
    ),
    (
        Little,
        "near, nearby, near by, near to, close to, next to, beside, besides, behind, opposite, opp, towards",
    ),
    (
        Little,
        "available, availability, options, listing, listings, area, location, locality, place, side, vicinity",
    ),
    (
        Little,
        "between, per month, a month, pm, monthly, per annum, only, rupees, inr, rs, looking for, searching for",
    ),
    // Hindi.
    (
        Little,
        "mein, mei, mai, ka, ki, ke, ko, se, par, pe, hai, hain, ho, chahiye, chahie, chaiye, chahta, aur, ya",
    ),
    (
        Little,
        "wala, wale, wali, liye, ke liye, paas, ke paas, pass, kareeb, nazdeek, ek, koi, mujhe, hame, andar",
    ),
    (Little, "में, का, की, के, को, से, पर, है, हैं, चाहिए, और, या, के लिए, के पास"),
    // Telugu.
    (Little, "లో, లోని, కి, కు"),
    (Little, "lo, loni, lona, ku, kosam, kavali, kavalenu, kaavali, undi, unnayi, unna, oka, naku, maku"),
    (Little, "daggara, dagara, deggara, pakkana, dwara, mariyu, leda"),
    (
        Wish,
        "home, homes, property, properties, room, rooms, ghar, makan, makaan, illu, inti, ghare, building",
    ),
    (Wish, "new, brand new, urgent, couple, couples, students, student, working professionals, sharing"),
    (
        Wish,
        "owner, owners, direct owner, by owner, no brokerage, without brokerage, no broker, without broker",
    ),
    (
        Wish,
        "society, community, residential, good, nice, best, cheap, affordable, low budget, manchi, accha, acha",
    ),
    // Deals.
    (
        Deal("For sale", ListingType::Sale),
        "buy, buying, to buy, purchase, purchasing, sale, for sale, on sale",
    ),
    (
        Deal("For sale", ListingType::Sale),
        "resale, selling, kharidna, khareedna, kharidne, konataniki, konadaniki",
    ),
    (Deal("For sale", ListingType::Sale), "ammakam, ammakaniki, bechne"),
    (
        Deal("For rent", ListingType::Rent),
        "rent, rents, rental, rentals, rented, renting, for rent, on rent, to rent",
    ),
    (
        Deal("For rent", ListingType::Rent),
        "to let, tolet, for let, kiraya, kiraye, kirai, kiraye par, kiraye pe",
    ),
    (Deal("For rent", ListingType::Rent), "adde, addeku, addhe, addheku, adde ku, addeki"),
    (Deal("For rent", ListingType::Rent), "किराया, किराये, किराए, किराये पर, किराए पर, అద్దె, అద్దెకు"),
    (Deal("For sale", ListingType::Sale), "बिक्री, खरीदना, అమ్మకం, అమ్మకానికి, కొనుగోలు"),
    (Deal("For lease", ListingType::Lease), "lease, leased, leasing, for lease, on lease, to lease"),
    (Deal("PG", ListingType::Pg), "pg, pgs, p g, paying guest, paying guests"),
    (
        Deal("Flatmate", ListingType::Flatmate),
        "flatmate, flatmates, flat mate, roommate, roommates, room mate",
    ),
    // Kinds.
    (
        Kinds("Apartment", &[PropertyType::Apartment]),
        "apartment, apartments, flat, flats, apt, apts, appartment",
    ),
    (
        Kinds("Apartment", &[PropertyType::Apartment]),
        "appartments, apartement, apartements, aparment, aparments",
    ),
    (Kinds("Apartment", &[PropertyType::Apartment]), "apartmant, appartement, aprtment, fllat, flatt"),
    (Kinds("Apartment", &[PropertyType::Apartment]), "फ्लैट, अपार्टमेंट, ఫ్లాట్, అపార్ట్మెంట్"),
    (Kinds("Villa", &[PropertyType::Villa]), "विला, విల్లా"),
    (Kinds("Plot", &[PropertyType::Plot]), "प्लॉट, ప్లాట్, స్థలం"),
    (Kinds("House or villa", DETACHED), "house, houses, bungalow, bungalows"),
    (Kinds("House", &[PropertyType::House]), "independent house, independent houses, independent home"),
    (Kinds("House", &[PropertyType::House]), "independant house, indipendent house, individual house"),
    (Kinds("House", &[PropertyType::House]), "individual houses, individual home"),
    (Kinds("Villa", &[PropertyType::Villa]), "villa, villas, vila, row house, row houses, rowhouse"),
    (Kinds("Villa", &[PropertyType::Villa]), "independent villa, independent villas, duplex villa"),
    (
        Kinds("Builder floor", &[PropertyType::BuilderFloor]),
        "builder floor, builder floors, independent floor",
    ),
    (Kinds("Penthouse", &[PropertyType::Penthouse]), "penthouse, penthouses, pent house, pent houses"),
    (
        Kinds("Studio", &[PropertyType::Studio]),
        "studio, studios, studio apartment, studio apartments, studio flat",
    ),
    (Kinds("Studio", &[PropertyType::Studio]), "1rk, 1 rk, one rk, single room kitchen"),
    (
        Kinds("Serviced apartment", &[PropertyType::ServicedApartment]),
        "serviced apartment, serviced apartments",
    ),
    (
        Kinds("Serviced apartment", &[PropertyType::ServicedApartment]),
        "service apartment, service apartments",
    ),
    (Kinds("Farmhouse", &[PropertyType::Farmhouse]), "farmhouse, farmhouses, farm house, farm houses"),
    (
        Kinds("Plot", &[PropertyType::Plot]),
        "plot, plots, open plot, open plots, land, lands, residential plot",
    ),
    (
        Kinds("Plot", &[PropertyType::Plot]),
        "residential plots, residential land, commercial plot, commercial land",
    ),
    (
        Kinds("Plot", &[PropertyType::Plot]),
        "farm land, agricultural land, agriculture land, sthalam, zameen, jameen",
    ),
    (Kinds("Office", &[PropertyType::Office]), "office, offices, office space, office spaces"),
    (Kinds("Shop", &[PropertyType::Shop]), "shop, shops, showroom, showrooms, dukan, dukaan, shop space"),
    (Kinds("Warehouse", &[PropertyType::Warehouse]), "warehouse, warehouses, godown, godowns"),
    (
        Kinds("Coworking", &[PropertyType::Coworking]),
        "coworking, co working, coworking space, co working space",
    ),
    (Kinds("Industrial", &[PropertyType::Industrial]), "industrial, industrial shed, factory, factory space"),
    (
        Kinds("Commercial", BUSINESS),
        "commercial, commercial space, commercial property, commercial properties",
    ),
    (Kinds("PG or hostel", &[PropertyType::PgHostel]), "hostel, hostels, pg hostel, pg hostels"),
    // Furnishing.
    (
        Furnished("Furnished", FurnishedStatus::Furnished),
        "furnished, fully furnished, full furnished, furnised",
    ),
    (
        Furnished("Semi-furnished", FurnishedStatus::SemiFurnished),
        "semi furnished, semifurnished, semi furnised",
    ),
    (Furnished("Semi-furnished", FurnishedStatus::SemiFurnished), "partly furnished, partially furnished"),
    (
        Furnished("Unfurnished", FurnishedStatus::Unfurnished),
        "unfurnished, un furnished, non furnished, unfurnised",
    ),
    (Furnished("Unfurnished", FurnishedStatus::Unfurnished), "not furnished"),
    (Verified, "verified, verified only"),
    // What only some listings state.
    (
        States("Ready to move", Possession(PossessionStatus::ReadyToMove)),
        "ready to move, ready to move in, ready to occupy, ready possession, ready, immediate possession",
    ),
    (
        States("Under construction", Possession(PossessionStatus::UnderConstruction)),
        "under construction, ongoing project",
    ),
    (
        States("New launch", Possession(PossessionStatus::NewLaunch)),
        "new launch, new launches, pre launch, new project, new projects",
    ),
    (
        States("Gated community", Gated),
        "gated, gated community, gated communities, gated society, gated layout",
    ),
    (
        States("For a family", Tenant(PreferredTenant::Family)),
        "family, families, for family, for families, family only, only family, parivar, kutumbam",
    ),
    (
        States("For bachelors", Tenant(PreferredTenant::Bachelors)),
        "bachelor, bachelors, for bachelors, bachelors allowed",
    ),
    (
        States("For women", ForWhom(Whom::Women)),
        "girls, girl, ladies, women, womens, for girls, for ladies, for women, only girls, ladies only",
    ),
    (States("For men", ForWhom(Whom::Men)), "boys, boy, gents, men, mens, for boys, for gents, for men"),
    (States("Pets allowed", Pets), "pet friendly, pets allowed, pets, with pets"),
    // Amounts.
    (
        Before(Bound::Most),
        "under, below, within, upto, up to, less than, lower than, not more than, no more than",
    ),
    (Before(Bound::Most), "at most, max, maximum, cheaper than, till"),
    (
        Before(Bound::Least),
        "above, over, more than, greater than, at least, atleast, min, minimum, starting from",
    ),
    (Before(Bound::Least), "starting at, starts from, not less than, no less than"),
    (Before(Bound::About), "around, about, approx, approximately, roughly"),
    (
        After(Bound::Most),
        "tak, तक, lopu, lopala, ke andar, se kam, se neeche, or less, max, maximum, kante takkuva",
    ),
    (
        After(Bound::Least),
        "onwards, and above, or more, and more, plus, se zyada, se jyada, se upar, kante ekkuva",
    ),
    (Money, "budget, price, priced, price range, cost, costing, rate"),
];

/// The most words of a phrase.
pub const LONGEST: usize = 4;

/// Both meanings of a phrase: on its own, and after an amount.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    plain: Option<Meaning>,
    after: Option<Bound>,
}

static LEXICON: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let mut lexicon: HashMap<&'static str, Entry> = HashMap::new();
    for (meaning, phrases) in PHRASES {
        for phrase in phrases.split(',').map(str::trim) {
            let entry = lexicon.entry(phrase).or_default();
            match meaning {
                After(bound) => entry.after = Some(*bound),
                meaning => entry.plain = Some(*meaning),
            }
        }
    }
    lexicon
});

/// What the phrase, as folded words joined by blanks, means on its own.
pub fn meaning(phrase: &str) -> Option<Meaning> {
    let entry = LEXICON.get(phrase)?;
    // What stands after an amount means nothing without one.
    entry.plain.or(entry.after.map(|_| Little))
}

/// What the phrase means after an amount.
pub fn after(phrase: &str) -> Option<Bound> {
    LEXICON.get(phrase)?.after
}

/// The number that a word names before `bedroom` or `BHK`.
pub fn number(word: &str) -> Option<u8> {
    Some(match word {
        "one" | "single" | "ek" | "oka" => 1,
        "two" | "double" | "do" | "rendu" => 2,
        "three" | "triple" | "teen" | "mudu" | "moodu" => 3,
        "four" | "char" | "nalugu" => 4,
        "five" | "paanch" | "aidu" => 5,
        "six" => 6,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_folded_short_enough_and_have_one_meaning() {
        let mut seen = HashMap::new();
        for (meaning, phrases) in PHRASES {
            for phrase in phrases.split(',').map(str::trim) {
                assert_eq!(domain::search_text::words(phrase).join(" "), phrase);
                assert!(phrase.split(' ').count() <= LONGEST, "{phrase}");
                let is_after = matches!(meaning, After(_));
                assert!(seen.insert((phrase, is_after), *meaning).is_none(), "{phrase} stands twice");
            }
        }
    }

    #[test]
    fn a_longer_phrase_has_its_own_meaning() {
        assert_eq!(meaning("under"), Some(Before(Bound::Most)));
        assert!(matches!(meaning("under construction"), Some(States(..))));
        assert_eq!(meaning("tak"), Some(Little));
        assert_eq!(after("tak"), Some(Bound::Most));
    }
}
