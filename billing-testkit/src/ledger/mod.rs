//! The rules of [`Ledger`](billing_core::Ledger), one function each.
mod accounts;
mod charges;
mod history;
mod holds;
mod limits;
mod passing;
mod races;
mod random;
mod refunds;
mod requests;
mod residues;
mod subject;
mod take_backs;

pub use accounts::*;
pub use charges::*;
pub use history::*;
pub use holds::*;
pub use limits::*;
pub use passing::*;
pub use races::*;
pub use random::*;
pub use refunds::*;
pub use requests::*;
pub use residues::*;
pub use subject::Subject;
pub(crate) use subject::{noon, usd};
pub use take_backs::*;

/// Makes one test of each rule of a ledger. Takes an `async fn(LedgerSettings, Arc<dyn Clock>) -> Arc<dyn Ledger>`
/// that opens an empty one.
#[macro_export]
macro_rules! ledger_suite {
    ($open:path) => {
        $crate::ledger_suite!(@tests $open,
            // holds
            a_hold_sets_money_aside,
            a_hold_is_captured_at_most_once,
            a_capture_frees_the_rest,
            a_capture_of_nothing_records_usage,
            a_capture_above_the_hold_takes_what_is_available_and_no_more,
            a_capture_carries_operation_and_breakdown,
            a_void_frees_the_money,
            a_captured_hold_is_not_voided_and_a_voided_one_not_captured,
            a_void_of_an_unknown_hold_wins_over_a_late_authorize,
            an_authorize_repeated_answers_the_same_hold_with_the_current_balance,
            an_authorize_on_an_ended_hold_does_not_let_the_call_pass,
            a_hold_id_with_other_content_is_refused,
            an_expired_hold_frees_its_money_by_itself,
            expired_holds_are_freed_before_anything_is_refused,
            a_late_capture_takes_at_most_what_is_available_once,
            a_void_after_expiry_forbids_a_late_capture,
            an_extended_hold_lives_longer_and_an_ended_one_is_not_revived,
            expiry_frees_a_bounded_number_of_holds,
            the_same_hold_id_in_two_accounts_is_two_holds,
            // other ways to pass
            a_first_authorize_is_refused_on_a_hold_that_is_there,
            of_many_first_authorizes_at_once_one_passes,
            an_observed_call_that_is_granted_is_held_as_any_other,
            an_observed_call_that_would_be_refused_runs_for_nothing_and_says_why,
            observed_refusals_are_summed_by_account_operation_and_reason,
            a_call_let_through_without_a_hold_is_captured_late_once,
            a_call_let_through_whose_hold_was_placed_is_captured_from_it,
            a_call_let_through_and_voided_is_not_captured,
            // charges, top-ups and adjustments
            a_charge_takes_money_in_one_step,
            a_charge_never_makes_the_balance_negative,
            a_charge_is_taken_once,
            a_top_up_is_credited_once,
            an_id_names_one_posting,
            a_refusal_is_not_stored,
            an_adjustment_needs_actor_and_reason_and_never_goes_below_zero,
            // take-backs
            a_reversal_sets_the_total_taken_back,
            an_older_revision_is_ignored,
            a_reversal_may_shrink_again,
            a_reversal_in_any_order_ends_in_the_same_place,
            a_take_back_may_put_the_account_in_debt,
            an_open_hold_is_captured_in_full_though_the_account_is_in_debt,
            a_reversal_needs_a_top_up_and_stays_within_it,
            // refund holds
            a_refund_hold_counts_in_no_limit,
            a_refund_hold_is_placed_on_suspended_and_unbilled_accounts,
            a_refund_hold_is_refused_without_funds_and_in_debt,
            a_refund_hold_that_ends_frees_its_money_and_changes_no_window,
            refund_holds_and_charges_at_once_never_overdraw,
            // residues
            a_top_up_keeps_its_residue,
            a_residue_goes_back_by_totals,
            a_residue_moves_only_with_money,
            residues_of_all_accounts_add_up,
            // limits
            the_daily_limit_comes_before_the_monthly_one,
            open_holds_count_as_used,
            a_new_day_and_month_begin_at_local_midnight,
            days_last_23_and_25_hours_when_the_clock_changes,
            a_hold_gives_its_share_back_only_to_its_own_window,
            a_capture_above_the_hold_ignores_limits_but_counts,
            a_change_of_zone_takes_effect_with_the_next_window,
            windows_do_not_move_back_with_the_clock,
            // accounts
            an_account_opens_at_first_sight_with_the_defaults,
            limits_stay_under_the_ceiling,
            a_suspended_account_is_refused_first,
            refusals_come_in_order,
            an_account_that_is_not_billed_runs_for_nothing,
            totals_count_calls_and_spending,
            // history
            history_is_newest_first_and_pages_by_cursor_and_offset,
            history_filters_by_kind_time_and_text,
            a_span_of_time_is_told_whole_where_clocks_differ,
            history_filters_by_operations_exactly,
            history_filters_by_gateway,
            every_posting_names_both_sides_and_the_balance_after_it,
            usage_sums_by_local_day_and_operation,
            // requests
            an_id_must_be_a_uuid_of_version_7_from_today,
            amounts_out_of_range_or_currency_change_nothing,
            // races
            concurrent_authorizations_never_overdraw,
            concurrent_charges_never_overdraw,
            concurrent_limits_are_never_exceeded,
            the_same_authorize_many_times_at_once_holds_once,
            the_same_top_up_many_times_at_once_credits_once,
            capture_and_void_race_to_one_winner,
            captures_voids_and_expiry_of_one_account_keep_the_books,
            reversals_race_to_the_newest_revision,
            // everything at once
            random_operations_agree_with_the_model,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::ledger::$rule($crate::ledger::Subject::open($open).await).await;
            }
        )*
    };
}
