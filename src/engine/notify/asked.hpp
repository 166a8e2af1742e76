#pragma once
#include "base/time.hpp"
#include "domain/subscription.hpp"
#include "store/notices.hpp"

namespace tocsin::engine::notify {

/// Another subscription wants to be told of this. The soonest of those that want to be written to decides when, and the
/// feed alone does not wait. `AnyNotice`: of a record, or of assets. Internal to engine/notify.
template <class AnyNotice>
void ask_for(AnyNotice& notice, const domain::Subscription& subscription, Timestamp due) {
  if (subscription.channels.sent()) {
    if (notice.state == store::NoticeState::sent || due < notice.due_at) {
      notice.due_at = due;
      notice.pace = subscription.pace;
    }
    notice.state = store::NoticeState::waiting;
    notice.settled_at.reset();
  }
  notice.channels.mail = notice.channels.mail || subscription.channels.mail;
  notice.channels.feed = notice.channels.feed || subscription.channels.feed;
  notice.channels.hook = notice.channels.hook || subscription.channels.hook;
}

}  // namespace tocsin::engine::notify
