//! The words of a search as a query of the engine, whose score is the sum that [`crate::query::text_score`] takes the
//! mean of: it depends on the listing and the words alone, so it is the same on every page and after every merge.

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query as Engine, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::fields::Fields;
use crate::query::{DESCRIPTION, LOCATION, Query, REST, TITLE};
use crate::words::{Match, edits, may_begin};

/// The weights of [`Fields::texts`].
const WEIGHTS: [f32; 4] = [TITLE, LOCATION, DESCRIPTION, REST];

fn exactly(field: Field, word: &str) -> Box<dyn Engine> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::Basic))
}

fn worth(query: Box<dyn Engine>, score: f32) -> Box<dyn Engine> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// The best way a field meets a word counts.
fn meets(field: Field, weight: f32, word: &str, last: bool) -> Box<dyn Engine> {
    let mut ways = vec![worth(exactly(field, word), weight * Match::Exact.worth())];
    let term = || Term::from_field_text(field, word);
    if last && may_begin(word) {
        let begins = FuzzyTermQuery::new_prefix(term(), 0, true);
        ways.push(worth(Box::new(begins), weight * Match::Begins.worth()));
    }
    if edits(word) > 0 {
        let alike = FuzzyTermQuery::new(term(), edits(word), true);
        ways.push(worth(Box::new(alike), weight * Match::Alike.worth()));
    }
    Box::new(DisjunctionMaxQuery::new(ways))
}

/// What must hold before columns are looked at.
pub fn query(fields: &Fields, query: &Query) -> Box<dyn Engine> {
    let mut all: Vec<(Occur, Box<dyn Engine>)> = Vec::new();
    let mut must = |field, word: &str| all.push((Occur::Must, worth(exactly(field, word), 0.0)));
    must(fields.tenant, query.tenant.as_str());
    if let Some(state) = &query.filters.state {
        must(fields.state, state);
    }
    if let Some(pincode) = &query.filters.pincode {
        must(fields.pincode, pincode);
    }
    for (index, word) in query.words.iter().enumerate() {
        let last = index + 1 == query.words.len();
        let each = fields.texts.iter().zip(WEIGHTS);
        let each = each.map(|(field, weight)| (Occur::Should, meets(*field, weight, word, last)));
        all.push((Occur::Must, Box::new(BooleanQuery::new(each.collect()))));
    }
    Box::new(BooleanQuery::new(all))
}
