//! Faults that wait for their turn, and what became of them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::Serialize;

use super::members::{apply_to_document, apply_to_params};
use super::seam::Seam;
use super::value::{Binding, Fault, MOST_ARMED, Occurrence};
use super::wire::Wire;
use super::{response, seal};
use crate::protocol::{AuthorizationResponse, Document};
use crate::token::TokenSpec;
use crate::trace::Fired;

/// What became of one armed fault.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultReport {
    /// The fault.
    pub fault: Fault,
    /// How often it was applied.
    pub fired: u32,
    /// How often the bytes differed afterwards.
    pub changed: u32,
}

/// A fault that waits, with its counters.
#[derive(Debug)]
pub(crate) struct Armed {
    id: u64,
    pub(super) fault: Fault,
    reached: AtomicU32,
    fired: AtomicU32,
    changed: AtomicU32,
}

impl Armed {
    fn new(id: u64, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            id,
            fault,
            reached: AtomicU32::new(0),
            fired: AtomicU32::new(0),
            changed: AtomicU32::new(0),
        })
    }

    /// Names this fault among those of its tenant; never used again.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn report(&self) -> FaultReport {
        FaultReport {
            fault: self.fault.clone(),
            fired: self.fired.load(Ordering::SeqCst),
            changed: self.changed.load(Ordering::SeqCst),
        }
    }

    /// Whether it is this fault's turn. A request it is not bound to does not count as an occasion, nor does
    /// one that only looks on.
    fn is_due(&self, seam: Seam, context: &Context) -> bool {
        if self.fault.seam != seam || !context.is_bound(&self.fault.binding, seam) {
            return false;
        }
        if context.bystander {
            return self.fault.occurrence == Occurrence::Every;
        }
        let occasion = self.reached.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fault.occurrence {
            Occurrence::Every => true,
            Occurrence::First => occasion == 1,
            Occurrence::Nth(nth) => occasion == nth,
        }
    }

    pub(super) fn record(&self, changed: bool) -> Fired {
        self.fired.fetch_add(1, Ordering::SeqCst);
        self.changed.fetch_add(u32::from(changed), Ordering::SeqCst);
        Fired { clause: self.fault.to_string(), changed }
    }
}

/// Whose request is being answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) client: Option<String>,
    pub(crate) marker: Option<String>,
    /// The response to the application is to stop at a page.
    pub(crate) pause: bool,
    /// A request that asks for nothing an occasion could be used up for: HEAD, a method that nobody answers, a
    /// body that never came.
    pub(crate) bystander: bool,
}

impl Context {
    fn is_bound(&self, binding: &Binding, seam: Seam) -> bool {
        let unsaid = seam.is_app_triggered();
        match binding {
            Binding::Any => true,
            Binding::Client(id) => self.client.as_ref().map_or(unsaid, |client| client == id),
            Binding::Marker(marker) => unsaid || self.marker.as_ref() == Some(marker),
        }
    }
}

/// The faults that are armed at a tenant, in order of arming.
#[derive(Clone, Debug, Default)]
pub(crate) struct Armory(Arc<Mutex<Rack>>);

#[derive(Debug, Default)]
struct Rack {
    armed: Vec<Arc<Armed>>,
    last_id: u64,
}

impl Armory {
    pub(crate) fn arm(&self, faults: Vec<Fault>) -> Vec<Arc<Armed>> {
        let mut rack = self.rack();
        let number = |fault| {
            rack.last_id += 1;
            Armed::new(rack.last_id, fault)
        };
        let armed: Vec<_> = faults.into_iter().map(number).collect();
        rack.armed.extend(armed.iter().cloned());
        armed
    }

    pub(crate) fn disarm(&self, gone: &[Arc<Armed>]) {
        self.rack().armed.retain(|armed| !gone.iter().any(|other| Arc::ptr_eq(armed, other)));
    }

    /// Disarms one; false if there is none of that id.
    pub(crate) fn disarm_one(&self, id: u64) -> bool {
        let mut rack = self.rack();
        let before = rack.armed.len();
        rack.armed.retain(|armed| armed.id != id);
        rack.armed.len() < before
    }

    pub(crate) fn clear(&self) {
        self.rack().armed.clear();
    }

    pub(crate) fn armed(&self) -> Vec<Arc<Armed>> {
        self.rack().armed.clone()
    }

    /// Are so many more too many?
    pub(crate) fn is_full(&self, more: usize) -> bool {
        self.rack().armed.len() + more > MOST_ARMED
    }

    pub(crate) fn reports(&self) -> Vec<FaultReport> {
        self.rack().armed.iter().map(|armed| armed.report()).collect()
    }

    /// Starts answering one request.
    pub(crate) fn pass(&self, context: Context) -> Pass {
        Pass { armory: self.clone(), context, fired: Vec::new(), paused: None }
    }

    pub(super) fn due(&self, seam: Seam, context: &Context) -> Vec<Arc<Armed>> {
        self.rack().armed.iter().filter(|armed| armed.is_due(seam, context)).cloned().collect()
    }

    fn rack(&self) -> std::sync::MutexGuard<'_, Rack> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request's way past the seams, and the faults that fired on it.
#[derive(Debug)]
pub(crate) struct Pass {
    armory: Armory,
    context: Context,
    fired: Vec<Fired>,
    /// The response to the application, if it is to stop at a page.
    paused: Option<Box<AuthorizationResponse>>,
}

impl Pass {
    /// A JSON document: header, claims, metadata or key set.
    pub(crate) fn document(&mut self, seam: Seam, document: &mut Document) {
        let due = self.armory.due(seam, &self.context);
        self.apply(&due, document);
    }

    /// A JSON document that is written already: only a lie has to read it.
    pub(crate) fn written(&mut self, seam: Seam, honest: Bytes) -> Bytes {
        let due = self.armory.due(seam, &self.context);
        if due.is_empty() {
            return honest;
        }
        let mut document = Document::from(honest.to_vec());
        self.apply(&due, &mut document);
        document.octets().into_owned().into()
    }

    fn apply(&mut self, due: &[Arc<Armed>], document: &mut Document) {
        for armed in due {
            let before = document.octets().into_owned();
            apply_to_document(&armed.fault.verb, document);
            self.fired.push(armed.record(*document.octets() != before));
        }
    }

    /// Seals a token; the compact form.
    pub(crate) fn seal(&mut self, seam: Seam, spec: TokenSpec) -> String {
        let due = self.armory.due(seam, &self.context);
        let verbs: Vec<_> = due.iter().map(|armed| &armed.fault.verb).collect();
        let (compact, changes) = seal::seal_with(spec, &verbs);
        let fired = due.iter().zip(changes).map(|(armed, changed)| armed.record(changed));
        self.fired.extend(fired);
        compact
    }

    /// The authorization response.
    pub(crate) fn response(&mut self, answer: &mut AuthorizationResponse) {
        for armed in self.armory.due(Seam::AuthorizationResponse, &self.context) {
            let before = answer.clone();
            match response::apply_to_response(&armed.fault.verb, answer) {
                response::Scope::Members => apply_to_params(&armed.fault.verb, &mut answer.params),
                response::Scope::Delivery => {}
            }
            let changed = *answer != before && answer.encode() != before.encode();
            self.fired.push(armed.record(changed));
        }
        self.paused = self.context.pause.then(|| Box::new(answer.clone()));
    }

    /// The response to the application, if it is to stop at a page.
    pub(crate) fn take_paused(&mut self) -> Option<Box<AuthorizationResponse>> {
        self.paused.take()
    }

    /// The HTTP response.
    pub(crate) fn wire(&mut self, seam: Seam, wire: &mut Wire) {
        for armed in self.armory.due(seam, &self.context) {
            let before = wire.clone();
            wire.apply(&armed.fault.verb);
            self.fired.push(armed.record(wire.differs_from(&before)));
        }
    }

    /// The faults that fired, in order.
    pub(crate) fn into_fired(self) -> Vec<Fired> {
        self.fired
    }
}
