//! The test on one data directory: rounds of work, a kill, a restart, and the checks after it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all, join3};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::act::Act;
use crate::figures::Figures;
use crate::movers::Movers;
use crate::notices::Notices;
use crate::site::Site;
use crate::sleepers::Sleepers;
use crate::walker::Walker;

/// The number of parallel clients, besides the one that imports and the one that cleans up.
const GROUPS: usize = 4;
const WALKERS: usize = 2;
const SLEEPERS: usize = 6;
/// The latest time of a kill after the start of a round.
const LONGEST_WORK: Duration = Duration::from_millis(1_500);
/// After this time every limit, code and session has ended.
const DAY_AND_MORE: Duration = Duration::from_secs(25 * 60 * 60);
const STEP: Duration = Duration::from_secs(30);

/// A client: a Security Admin, and people who act one after the other.
struct Group {
    admin: Walker,
    walkers: Vec<Walker>,
}

pub(crate) struct Life {
    site: Site,
    groups: Vec<Group>,
    movers: Movers,
    sleepers: Sleepers,
    notices: Notices,
    /// The addresses of people whom no import changes, by id.
    emails: HashMap<String, String>,
}

impl Life {
    pub(crate) async fn begin(random: &mut StdRng) -> Self {
        let mut networks = 1..;
        let mut rows: Vec<Value> = Vec::new();
        let mut person = |name: String, role: &str| {
            let email = format!("{name}@harbour.example");
            rows.push(json!({"email": email, "name": format!("Person {name}"), "role": role}));
            Walker::new(email, networks.next().unwrap(), StdRng::from_rng(random))
        };
        let groups: Vec<Group> = (0..GROUPS)
            .map(|group| Group {
                admin: person(format!("admin{group}"), "security_admin"),
                walkers: (0..WALKERS).map(|n| person(format!("walker{group}.{n}"), "member")).collect(),
            })
            .collect();
        let sleeping = (0..SLEEPERS).map(|n| person(format!("sleeper{n}"), "member")).collect();
        let sleepers_admin = person("night".to_owned(), "security_admin");
        let emails: Vec<String> = rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect();
        let site = Site::start(&format!("kills-{:08x}", random.random::<u32>()), rows).await;
        let emails = emails.into_iter().map(|email| (site.id(&email).to_owned(), email)).collect();
        let sleepers = Sleepers::new(sleepers_admin, sleeping, StdRng::from_rng(random));
        let movers = Movers::new(StdRng::from_rng(random));
        let mut life = Self { site, groups, movers, sleepers, notices: Notices::default(), emails };
        life.everybody_is_enrolled().await;
        life
    }

    async fn everybody_is_enrolled(&mut self) {
        let site = &self.site;
        let people = self.groups.iter_mut().flat_map(|group| group.walkers.iter_mut().chain([&mut group.admin]));
        let enrol = |walker| async move { Walker::comes_back_by_the_operator(walker, site).await };
        join_all(people.chain([&mut self.sleepers.admin]).map(enrol)).await;
        self.site.advance(DAY_AND_MORE).await;
        self.day_passes();
    }

    fn day_passes(&mut self) {
        for group in &mut self.groups {
            group.walkers.iter_mut().chain([&mut group.admin]).for_each(|walker| walker.expected.day_passes());
        }
        self.sleepers.admin.expected.day_passes();
    }

    pub(crate) async fn round(&mut self, random: &mut StdRng, figures: &mut Figures) {
        self.sleepers.look(&self.site).await;
        self.admins_sign_in().await;
        self.work_until_killed(random.random_range(Duration::ZERO..LONGEST_WORK)).await;
        figures.kills += 1;
        println!("killed");
        let is_killed_twice = random.random_ratio(1, 6);
        if is_killed_twice {
            self.site.folder.start_and_kill(random.random_range(Duration::ZERO..Duration::from_millis(800))).await;
            figures.kills_in_start += 1;
        }
        let begun = Instant::now();
        self.site.stack = self.site.folder.start().await;
        figures.restarts.push(begun.elapsed());

        self.site.reconcile().await;
        self.recall(figures).await;
        let left = self.come_back_at_once(figures).await;
        self.site.advance(DAY_AND_MORE).await;
        self.day_passes();
        self.come_back_later(left, figures).await;
        let Self { site, movers, notices, emails, .. } = self;
        notices.catch_up(site, emails, movers, is_killed_twice, figures).await;
    }

    async fn admins_sign_in(&mut self) {
        let site = &self.site;
        let admins = self.groups.iter_mut().map(|group| &mut group.admin).chain([&mut self.sleepers.admin]);
        join_all(admins.map(|admin| async move {
            let factors = admin.expected.factors.as_mut().expect("admins are enrolled first");
            let digits = factors.authenticator.digits(site.now()).expect("a step has begun");
            admin.surely_does(site, "", Act::SignIn(digits)).await;
        }))
        .await;
    }

    /// All clients run until the process is dead. The kill comes at a random time on purpose, without a condition.
    async fn work_until_killed(&mut self, after: Duration) {
        let site = &self.site;
        let groups = join_all(self.groups.iter_mut().map(|group| group.work(site)));
        let work = join3(groups, self.movers.work(site), self.sleepers.work(site));
        let kill = async {
            tokio::time::sleep(after).await;
            site.stack.kill();
        };
        join(work, kill).await;
    }

    async fn recall(&mut self, figures: &mut Figures) {
        let site = &self.site;
        let trails = site.trails().await;
        self.movers.recall(site, &trails, figures).await;
        self.sleepers.recall(site, figures).await;
        for Group { admin, walkers } in &mut self.groups {
            let token = admin.expected.token.clone().unwrap();
            for walker in walkers.iter_mut().chain([&mut *admin]) {
                walker.recalls(site, &token, &trails[site.id(&walker.email)], figures).await;
                figures.answered += std::mem::take(&mut walker.answered);
            }
        }
        figures.answered += std::mem::take(&mut self.movers.answered) + std::mem::take(&mut self.sleepers.answered);
    }

    /// Checks that all answered acts are done. Then each person uses the remaining code or recovery. Returns true for people who
    /// need a new code.
    async fn come_back_at_once(&mut self, figures: &mut Figures) -> Vec<bool> {
        self.site.advance(STEP).await;
        let site = &self.site;
        self.movers.codes_open_as_the_rows_say(site).await;
        let left = join_all(self.groups.iter_mut().flat_map(|group| {
            let token = group.admin.expected.token.clone().unwrap();
            group.walkers.iter_mut().map(move |walker| walker.goes_on(site, token.clone()))
        }))
        .await;
        figures.recoveries += left.iter().filter(|left| !**left).count();
        self.new_factors_alone_sign_in().await;
        left
    }

    async fn new_factors_alone_sign_in(&mut self) {
        self.site.advance(STEP).await;
        let site = &self.site;
        let walkers = self.groups.iter_mut().flat_map(|group| &mut group.walkers);
        join_all(walkers.map(|walker| walker.is_in_by_the_new_alone(site, ""))).await;
    }

    /// Everybody else recovers with a new code, except erased and disabled people.
    async fn come_back_later(&mut self, left: Vec<bool>, figures: &mut Figures) {
        self.admins_sign_in().await;
        let site = &self.site;
        let walkers = self.groups.iter_mut().flat_map(|group| {
            let token = group.admin.expected.token.clone().unwrap();
            group.walkers.iter_mut().map(move |walker| (walker, token.clone()))
        });
        let needing = walkers.zip(left).filter(|(_, left)| *left);
        let came = join_all(needing.map(|((walker, token), _)| walker.comes_back_by_a_new_code(site, token))).await;
        figures.recoveries += came.len();
        self.movers.come_back(site).await;
        self.sleepers.come_back(site).await;
        self.new_factors_alone_sign_in().await;
        // The sign-ins of the next round need a new step.
        self.site.advance(STEP).await;
    }

    /// Checks that the log has no unexpected warning or error.
    pub(crate) fn end(self) {
        for line in self.site.folder.log() {
            let is_a_fault = line.contains("ERROR") || line.contains("panicked");
            assert!(!is_a_fault || line.contains("notice given up"), "{line}");
        }
        let Self { site, .. } = self;
        let Site { stack, folder, .. } = site;
        drop(stack);
        folder.remove();
    }
}

impl Group {
    async fn work(&mut self, site: &Site) {
        let token = self.admin.expected.token.clone().unwrap();
        loop {
            let index = self.admin.random.random_range(0..self.walkers.len());
            let walker = &mut self.walkers[index];
            let act = walker.chooses(site.now());
            if walker.does(site, &token, act).await.is_err() {
                return;
            }
        }
    }
}
