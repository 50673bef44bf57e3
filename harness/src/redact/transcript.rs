//! A trial as protocol documentation: its verdict, and every exchange with what matters of it, under stable labels.

use super::learning;
use super::paragraph::paragraph;
use super::places::placed;
use super::shorten::{cut, shortened};
use crate::scenario::Facts;
use crate::verdict::TrialRecord;
use std::collections::HashMap;
use std::fmt::Write;

/// The verdict, what came of each input, and the conversation, a paragraph per exchange.
///
/// A paragraph that says what an earlier one says, but for values that differ every time, is only referred to. Where
/// the trial does several things at once, their order is nobody's, and so the paragraphs are sorted and counted.
pub fn transcript(record: &TrialRecord, facts: &Facts) -> String {
    let labels = learning::labels(&record.conversation, facts);
    // Three times: what an encoding hid has addresses, values and encodings in it too.
    let tell_once = |text: &str| shortened(&placed(&labels.apply(text), facts));
    let tell = |text: &str| tell_once(&tell_once(&tell_once(text)));
    let mut text = head(record, &tell);
    let mut sent_to = None;
    let mut paragraphs = Vec::new();
    for exchange in &record.conversation {
        paragraphs.push(tell(&paragraph(exchange, facts, sent_to.as_deref())));
        sent_to =
            exchange.response.as_ref().and_then(|response| response.header("location")).map(str::to_owned);
    }
    text.push_str(&if record.scenario.at_once { counted(&paragraphs) } else { in_order(&paragraphs) });
    cut(&text)
}

fn head(record: &TrialRecord, tell: &dyn Fn(&str) -> String) -> String {
    let mut text = format!("{} · {}\n", record.scenario.clause, record.verdict.name());
    for input in record.inputs.iter().filter(|input| !input.label.is_empty()) {
        let _ = writeln!(text, "   {}: {}", tell(&input.label), input.verdict.name());
    }
    for observation in &record.observations {
        let _ = writeln!(text, "   NOTE {}", tell(observation));
    }
    text.push('\n');
    text
}

/// Numbered, each that was there before by its number.
fn in_order(paragraphs: &[String]) -> String {
    let mut first = HashMap::new();
    let mut text = String::new();
    let mut again = Again::default();
    for (number, paragraph) in (1..).zip(paragraphs) {
        let as_before = *first.entry(without_numbers(paragraph, &['#'])).or_insert(number);
        if as_before < number {
            if again.count == 0 || as_before != again.as_before + again.count {
                again.write_to(&mut text);
                again = Again { number, as_before, count: 0 };
            }
            again.count += 1;
        } else {
            again.write_to(&mut text);
            again.count = 0;
            let _ = write!(text, "{number}. {paragraph}");
        }
    }
    again.write_to(&mut text);
    text
}

/// So many exchanges from this number on are like those from another number on.
#[derive(Default)]
struct Again {
    number: usize,
    as_before: usize,
    count: usize,
}

impl Again {
    fn write_to(&self, text: &mut String) {
        let Self { number, as_before, count } = self;
        let _ = match count {
            0 => Ok(()),
            1 => writeln!(text, "{number}. as {as_before}"),
            _ => writeln!(text, "{number}–{}. as {as_before}–{}", number + count - 1, as_before + count - 1),
        };
    }
}

/// More different paragraphs than this are only counted.
const MOST: usize = 40;

/// Sorted, each with how often it was there.
fn counted(paragraphs: &[String]) -> String {
    let mut paragraphs: Vec<String> =
        paragraphs.iter().map(|text| without_numbers(text, &['#', '-'])).collect();
    paragraphs.sort_unstable();
    let mut text = "in no order:\n".to_owned();
    let different: Vec<&[String]> = paragraphs.chunk_by(|a, b| a == b).collect();
    for same in different.iter().take(MOST) {
        let times = if same.len() == 1 { String::new() } else { format!("{} × ", same.len()) };
        let _ = write!(text, "{times}{}", same[0]);
    }
    if let Some(more @ 1..) = different.len().checked_sub(MOST) {
        let _ = writeln!(text, "and {more} others");
    }
    text
}

/// `state#7` as `state#`: what a paragraph says, whoever it is about. Numbers follow these `marks`.
fn without_numbers(text: &str, marks: &[char]) -> String {
    let mut plain = String::with_capacity(text.len());
    for part in text.split_inclusive(marks) {
        let is_numbered = plain.ends_with(marks);
        let digits = |letter: char| is_numbered && letter.is_ascii_digit();
        plain.push_str(part.trim_start_matches(digits));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{counted, in_order};

    fn paragraphs(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| format!("{text}\n")).collect()
    }

    #[test]
    fn what_is_said_again_is_referred_to_in_runs() {
        let said = paragraphs(&["a state#1", "b", "c", "a state#2", "b", "d", "b", "a state#3", "b"]);

        let text = in_order(&said);

        assert_eq!(text, "1. a state#1\n2. b\n3. c\n4–5. as 1–2\n6. d\n7. as 2\n8–9. as 1–2\n");
    }

    #[test]
    fn what_happens_at_once_is_counted_in_an_order_of_its_own() {
        let one = counted(&paragraphs(&["b", "a state#1", "a state#2"]));
        let other = counted(&paragraphs(&["a state#1", "b", "a state#2"]));

        assert_eq!(one, "in no order:\n2 × a state#\nb\n");
        assert_eq!(one, other);
    }
}
