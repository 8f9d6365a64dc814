//! Every act with its name and the operation a role must hold for it: said
//! once, for the API, the timeline, the audit chain and the desks.

use super::action::Action;
use crate::account::Operation;
use crate::policy::StepKind;

macro_rules! acts {
    ($($pattern:pat => $name:literal, $operation:ident;)*) => {
        impl Action {
            /// The operation a role must hold.
            pub fn operation(&self) -> Operation {
                match self { $($pattern => Operation::$operation,)* }
            }

            /// The name used in timelines and the audit chain.
            pub fn name(&self) -> &'static str {
                match self { $($pattern => $name,)* }
            }

            /// The operation of the act of that name.
            pub(super) fn operation_of(name: &str) -> Option<Operation> {
                match name {
                    $($name => Some(Operation::$operation),)*
                    _ => None,
                }
            }
        }
    };
}

acts! {
    Action::VerifyHome(_) => "verify_home", CasefileVerifyHome;
    Action::SignLetter(_) => "sign_letter", CasefileSignLetter;
    Action::RequestCrossCheck { .. } => "request_cross_check", CasefileCrossCheckRequest;
    Action::ForwardCrossCheck {} => "forward_cross_check", CasefileCrossCheckTownship;
    Action::AnswerCrossCheck { .. } => "answer_cross_check", CasefileCrossCheckCounty;
    Action::ReuseCrossCheck { .. } => "reuse_cross_check", CasefileCrossCheckCounty;
    Action::ResolveDiscrepancy { .. } => "resolve_discrepancy", CasefileCrossCheckResolve;
    Action::AcknowledgeDiscrepancy { .. } => "acknowledge_discrepancy", CasefileCrossCheckTownship;
    Action::ConcludeCrossCheck { .. } => "conclude_cross_check", CasefileCrossCheckCounty;
    Action::RecordAppraisal(_) => "record_appraisal", CasefileAppraise;
    Action::PostNotice { .. } => "post_notice", CasefilePostNotice;
    Action::FileObjection { .. } => "file_objection", ObjectionRegister;
    Action::AnswerObjection { .. } => "answer_objection", ObjectionAnswer;
    Action::Review(_) => "review", CasefileReview;
    Action::SubmitToCounty(_) => "submit_to_county", CasefileReview;
    Action::Decide(_) => "decide", CasefileDecide;
    Action::NotifyTownship(_) => "notify_township", CasefileDecide;
    Action::AcknowledgeDecision {} => "acknowledge_decision", CasefileAcknowledge;
    Action::Announce(_) => "announce", CasefileAnnounce;
    Action::Archive(_) => "archive", CasefileArchive;
    Action::SubmitPlan(_) => "submit_plan", CasefileAnnounce;
    Action::InformHousehold { .. } => "inform_household", CasefileEnd;
    Action::RequestRecheck { .. } => "request_recheck", CasefileEnd;
    Action::End { .. } => "end", CasefileEnd;
    Action::ExplainOverdue { .. } => "explain_overdue", CasefileRead;
    Action::StatePaper(_) => "state_paper", AttachmentAdd;
    Action::RequestCorrection(_) => "request_correction", CasefileRequestCorrection;
    Action::DecideCorrection { .. } => "decide_correction", CasefileApproveCorrection;
}

/// The operation that carries a step through, as roles hold it.
pub fn operation_of_step(kind: StepKind) -> Operation {
    match kind {
        StepKind::HomeVerification => Operation::CasefileVerifyHome,
        StepKind::CommitmentLetter => Operation::CasefileSignLetter,
        StepKind::CrossCheck => Operation::CasefileCrossCheckCounty,
        StepKind::DemocraticAppraisal => Operation::CasefileAppraise,
        StepKind::PublicNotice => Operation::CasefilePostNotice,
        StepKind::TownshipReview | StepKind::TownshipSubmission => Operation::CasefileReview,
        StepKind::CountyDecision | StepKind::WrittenNotice => Operation::CasefileDecide,
        StepKind::Announcement | StepKind::ProjectPlan => Operation::CasefileAnnounce,
        StepKind::Archive => Operation::CasefileArchive,
    }
}
