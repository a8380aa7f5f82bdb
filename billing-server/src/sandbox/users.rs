//! The users of the sandbox.
use crate::auth::Subject;

/// Somebody to try things out as, who proves nothing.
pub(crate) type DemoUser = Subject<'static>;

/// Whom the printed token is for: somebody who has used the tools for a while.
pub(crate) const OLENA: DemoUser =
    DemoUser { account: "demo-user", email: "olena@example.com", name: "Олена Коваль" };
/// Whose balance is nearly gone.
pub(crate) const TARAS: DemoUser =
    DemoUser { account: "demo-low", email: "taras@example.com", name: "Тарас Мельник" };
/// Who has nearly reached the limits.
pub(crate) const IRYNA: DemoUser =
    DemoUser { account: "demo-limit", email: "iryna@example.com", name: "Ірина Шевченко" };
/// Who has just come.
pub(crate) const ANDRII: DemoUser =
    DemoUser { account: "demo-new", email: "andrii@example.com", name: "Андрій Бондар" };

/// All of them, in the order they are offered.
pub(crate) const ALL: [DemoUser; 4] = [OLENA, TARAS, IRYNA, ANDRII];
