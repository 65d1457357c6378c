//! Items that the functions wrote for one person, with holes where another person's would differ.

/// What stands in a hole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// The number in name and address.
    Number,
    EmployeeId,
    PasscodeId,
    /// When the code ends, and is due.
    End,
    /// Where the cleanup's index has it: the whole attribute.
    Shard,
}

/// What fills the holes.
pub struct Filling {
    pub number: String,
    pub employee_id: String,
    pub passcode_id: String,
    pub end: String,
    pub shard: String,
}

/// An item as DynamoDB's JSON.
pub struct RowTemplate {
    /// The table it is for.
    pub table: &'static str,
    /// Each hole behind the text before it.
    parts: Vec<(String, Hole)>,
    rest: String,
}

impl RowTemplate {
    /// Makes a hole wherever one of the marks stands.
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

    /// Whether it has such a hole.
    pub fn has(&self, hole: Hole) -> bool {
        self.parts.iter().any(|(_, found)| *found == hole)
    }

    /// The item of somebody else.
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
