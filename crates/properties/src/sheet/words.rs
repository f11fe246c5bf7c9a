//! The words that people write for those of the API, such as `Flat` for `APARTMENT`: in lower case and without
//! punctuation.

use sheet::Synonyms;

pub const WORDS: &[(&str, &[Synonyms])] = &[
    (
        "propertyType",
        &[
            (
                "APARTMENT",
                &[
                    "flat",
                    "apt",
                    "residential apartment",
                    "gated apartment",
                    "condo",
                    "multistorey apartment",
                ],
            ),
            (
                "HOUSE",
                &["independent house", "individual house", "ind house", "bungalow", "duplex", "row house"],
            ),
            ("VILLA", &["independent villa", "gated villa", "duplex villa", "triplex villa", "villas"]),
            ("BUILDER_FLOOR", &["independent floor", "floor"]),
            ("STUDIO", &["studio apartment", "1rk", "1 rk"]),
            ("SERVICED_APARTMENT", &["service apartment"]),
            ("FARMHOUSE", &["farm house"]),
            (
                "PLOT",
                &[
                    "land",
                    "open plot",
                    "residential plot",
                    "plots",
                    "site",
                    "agricultural land",
                    "farm land",
                    "farmland",
                    "venture plot",
                    "residential land",
                    "commercial land",
                    "open land",
                ],
            ),
            ("OFFICE", &["office space", "commercial office"]),
            ("SHOP", &["retail", "retail space", "retail shop", "showroom", "commercial shop"]),
            ("WAREHOUSE", &["godown", "warehouse space"]),
            ("COWORKING", &["co working", "coworking space", "co working space", "shared office"]),
            ("INDUSTRIAL", &["industrial shed", "shed", "factory"]),
            ("COMMERCIAL", &["commercial space", "commercial building", "commercial property"]),
            ("PG_HOSTEL", &["pg", "hostel", "paying guest", "pg/hostel", "pg hostel"]),
        ],
    ),
    (
        "listingType",
        &[
            ("SALE", &["sell", "buy", "for sale", "resale", "new", "outright"]),
            ("RENT", &["rental", "for rent", "to let", "tolet", "rented", "rent out"]),
            ("LEASE", &["for lease", "leasehold"]),
            ("PG", &["paying guest", "pg/hostel", "hostel"]),
            ("FLATMATE", &["flat mate", "flatmates", "roommate", "shared flat", "sharing"]),
        ],
    ),
    (
        "transactionType",
        &[
            ("NEW", &["new booking", "new property", "first sale", "primary"]),
            ("RESALE", &["re sale", "secondary", "used", "second sale"]),
        ],
    ),
    (
        "furnishedStatus",
        &[
            ("FURNISHED", &["fully furnished", "full furnished", "full", "fully", "yes"]),
            (
                "SEMI_FURNISHED",
                &["semi", "partly furnished", "partially furnished", "semifurnished", "partial"],
            ),
            (
                "UNFURNISHED",
                &["un furnished", "non furnished", "not furnished", "bare shell", "none", "no", "bare"],
            ),
        ],
    ),
    (
        "plotUse",
        &[
            ("RESIDENTIAL", &["house", "residence"]),
            ("COMMERCIAL", &["business"]),
            ("AGRICULTURAL", &["agriculture", "farm", "agri", "farming"]),
            ("INDUSTRIAL", &["industry"]),
        ],
    ),
];
