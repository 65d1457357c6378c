//! Items that the functions wrote for one person, with placeholders for the values that differ between people.

/// The kind of a placeholder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// The number in the name and the address.
    Number,
    EmployeeId,
    PasscodeId,
    /// The expiry of the code.
    End,
    /// The whole attribute of the cleanup's index.
    Shard,
}

/// The values for the placeholders.
pub struct Filling {
    pub number: String,
    pub employee_id: String,
    pub passcode_id: String,
    pub end: String,
    pub shard: String,
}

/// The template of an item in DynamoDB's JSON.
pub struct RowTemplate {
    /// The table.
    pub table: &'static str,
    /// Each placeholder with the text before it.
    parts: Vec<(String, Hole)>,
    rest: String,
}

impl RowTemplate {
    /// Replaces each of the marks by a placeholder.
    pub fn cut(table: &'static str, item: &str, marks: &[(String, Hole)]) -> Self {
        let (mut parts, mut rest) = (Vec::new(), item);
        let first = |text: &str| {
            let found = marks.iter().filter_map(|(mark, hole)| Some((text.find(mark)?, mark.len(), *hole)));
            found.min_by_key(|(at, ..)| *at)
        };
        while let Some((at, length, hole)) = first(rest) {
            parts.push((rest[..at].to_owned(), hole));
            rest = &rest[at + length..];
        }
        Self { table, parts, rest: rest.to_owned() }
    }

    /// Whether it has a placeholder of this kind.
    pub fn has(&self, hole: Hole) -> bool {
        self.parts.iter().any(|(_, found)| *found == hole)
    }

    /// The item of another person.
    pub fn fill(&self, filling: &Filling) -> String {
        let mut item = String::with_capacity(1_024);
        for (text, hole) in &self.parts {
            item.push_str(text);
            item.push_str(match hole {
                Hole::Number => &filling.number,
                Hole::EmployeeId => &filling.employee_id,
                Hole::PasscodeId => &filling.passcode_id,
                Hole::End => &filling.end,
                Hole::Shard => &filling.shard,
            });
        }
        item.push_str(&self.rest);
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_template_differs_in_its_holes_alone() {
        let marks = [("emp_A".to_owned(), Hole::EmployeeId), ("9000001".to_owned(), Hole::Number)];
        let template = RowTemplate::cut("employees", "word#member 9000001#emp_A 9000001.", &marks);
        let filling = Filling {
            number: "0000007".to_owned(),
            employee_id: "emp_B".to_owned(),
            passcode_id: String::new(),
            end: String::new(),
            shard: String::new(),
        };
        assert_eq!(template.fill(&filling), "word#member 0000007#emp_B 0000007.");
        assert!(template.has(Hole::Number) && !template.has(Hole::PasscodeId));
    }
}
