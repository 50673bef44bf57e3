//! What is measured, and the table of it.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::line::{AT_ONCE, Lines};
use crate::people::People;
use crate::processor::Spent;
use crate::{NOW, Outcome};

/// A thing that is measured, and what it took in each round.
pub(crate) struct Subject {
    name: String,
    /// The subject that is the measure of it.
    beside: &'static str,
    job: Job,
    /// Microseconds of the server for one.
    took: Vec<f64>,
}

pub(crate) enum Job {
    /// Makes a call that is always answered by as many bytes.
    Calls { lines: Lines, calls: Vec<String>, length: usize },
    /// Logs people in.
    Logins(People),
}

impl Job {
    pub(crate) fn calls(server: SocketAddr, call: &str, answer: &str) -> Outcome<Self> {
        if !answer.starts_with("HTTP/1.1 200 OK") {
            return Err(format!("this is not what is to be measured: {answer}").into());
        }
        let calls = vec![call.to_owned(); AT_ONCE];
        Ok(Self::Calls { lines: Lines::to(server)?, calls, length: answer.len() })
    }

    /// Sixteen of them.
    fn do_some(&mut self) -> Outcome<()> {
        match self {
            Self::Calls { lines, calls, length } => {
                let answers = lines.ask(calls)?;
                match answers.iter().find(|answer| answer.len() != *length) {
                    None => Ok(()),
                    Some(other) => Err(format!("another answer: {other}").into()),
                }
            }
            Self::Logins(people) => {
                let names: Vec<_> = (0..AT_ONCE).map(|number| format!("user-{number}")).collect();
                people.log_in(&names, NOW).map(drop)
            }
        }
    }
}

impl Subject {
    pub(crate) fn new(name: String, beside: &'static str, job: Job) -> Self {
        Self { name, beside, job, took: Vec::new() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn beside(&self) -> &str {
        self.beside
    }

    /// So many calls, or so many logins.
    pub(crate) fn round(&mut self, (calls, logins): (usize, usize), counts: bool) -> Outcome<()> {
        let times = if matches!(self.job, Job::Calls { .. }) { calls } else { logins } / AT_ONCE;
        let before = Spent::now()?;
        for _ in 0..times {
            self.job.do_some().map_err(|error| format!("{}: {error}", self.name))?;
        }
        let done = u32::try_from(times * AT_ONCE)?;
        let took = before.until(&Spent::now()?) / f64::from(done);
        self.took.extend(counts.then_some(took));
        Ok(())
    }

    /// The middle one of the rounds.
    fn median(&mut self) -> f64 {
        self.took.sort_by(f64::total_cmp);
        self.took[self.took.len() / 2]
    }
}

/// The table, in Markdown.
pub(crate) fn table(subjects: &mut [Subject]) -> String {
    let medians: Vec<_> = subjects.iter_mut().map(|one| (one.name.clone(), one.median())).collect();
    let mut table = String::from(
        "| what | CPU | per core and second | throughput | of |\n| --- | --: | --: | --: | --- |\n",
    );
    for (subject, (name, took)) in subjects.iter().zip(&medians) {
        let measure =
            medians.iter().find(|(name, _)| name == subject.beside).map_or(*took, |(_, took)| *took);
        let of = if *name == subject.beside { "itself" } else { subject.beside };
        let _ =
            writeln!(table, "| {name} | {took:.1} µs | {:.0} | {:.2} | {of} |", 1e6 / took, measure / took);
    }
    table
}
