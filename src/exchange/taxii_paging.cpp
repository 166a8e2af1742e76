#include "exchange/taxii_paging.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/time.hpp"
#include "engine/taxii/peers.hpp"

namespace tocsin::exchange {
namespace {

constexpr int kEmptyPagesMax = 3;
constexpr std::int64_t kFewer = 2, kMore = 4;

std::optional<Timestamp> time_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return *time;
}

/// "2026-11-28T10:00:00.000001Z": TAXII wants six digits at least where servers keep so many.
std::string text_of(Timestamp time) {
  auto text = format_rfc3339(time);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000000");
  return text;
}

/// Asking for what came after this gives what came at that moment, too.
std::string just_before(Timestamp time) { return text_of({time.micros - 1}); }

void note_reached(store::PeerPosition& position, const TaxiiPage& page) {
  const auto last = time_of(page.last);
  if (!last) return;
  const auto before = time_of(position.reached);
  if (!before || *before < *last) position.reached = page.last;
}

/// On from the last moment that was told. False where that leads nowhere.
bool go_on_by_date(Paging& paging, Step& step) {
  auto& position = paging.position;
  position.next.clear();
  const auto reached = time_of(position.reached);
  if (!reached) return false;
  const auto after = time_of(position.added_after);
  const Timestamp again{reached->micros - 1};
  if (!after || *after < again) {
    position.added_after = just_before(*reached);
    return true;
  }
  // All of the page is of one moment: a larger one may reach beyond it.
  if (position.page_limit < engine::taxii::kPageLimitMost) {
    position.page_limit = std::min(position.page_limit * kMore, engine::taxii::kPageLimitMost);
    return true;
  }
  if (*after < *reached) {
    step.fault = kOneMoment;
    position.added_after = position.reached;
    return true;
  }
  return false;
}

}  // namespace

TaxiiQuestion question_of(const Paging& paging) {
  return {
      .added_after = paging.position.added_after, .next = paging.position.next, .limit = paging.position.page_limit};
}

Step advance(Paging& paging, const TaxiiPage& page, bool brought_new) {
  auto& position = paging.position;
  note_reached(position, page);
  const bool repeats = page.objects > 0 && page.digest == paging.digest;
  paging.digest = page.digest;
  paging.empty_pages = page.objects == 0 ? paging.empty_pages + 1 : 0;
  Step step{.then = Then::go_on};
  if (std::exchange(paging.probing, false) && brought_new) step.fault = kEndsEarly;
  if (page.more) {
    if (!page.next.empty() && page.next != position.next && !repeats) {
      position.next = page.next;
      if (paging.empty_pages <= kEmptyPagesMax) return step;
      step = {.then = Then::stuck, .fault = std::string{kEmptyPages}};
      return step;
    }
    step.fault = page.next.empty() ? kSaysNotWhere : kRepeats;
    // Told twice after it was asked for more of one moment, or not new at all: that is no way forward.
    if (page.objects > 0 && go_on_by_date(paging, step)) return step;
    step.then = Then::stuck;
    return step;
  }
  // A page that is full to the last object may be cut: what comes from its last moment on tells.
  const bool full = static_cast<std::int64_t>(page.objects) >= position.page_limit;
  const bool was_asked_by_date = position.next.empty() && !position.added_after.empty();
  if (full && !repeats && (brought_new || !was_asked_by_date)) {
    const auto reached = time_of(position.reached);
    const auto after = time_of(position.added_after);
    if (reached && (!after || after->micros < reached->micros - 1)) {
      position.next.clear();
      position.added_after = just_before(*reached);
      paging.probing = true;
      return step;
    }
  }
  position.next.clear();
  position.page_limit = std::min(position.page_limit, engine::taxii::kPageLimitFirst);
  if (const auto reached = time_of(position.reached)) {
    position.added_after = text_of({std::max<std::int64_t>(reached->micros - kOverlapMicros, 0)});
  }
  step.then = Then::caught_up;
  return step;
}

void resume(Paging& paging) {
  const auto reached = time_of(paging.position.reached);
  const auto after = time_of(paging.position.added_after);
  // A server that gives everything one moment would begin again each time.
  if (reached && (!after || after->micros < reached->micros - 1)) forget_next(paging);
}

bool forget_next(Paging& paging) {
  auto& position = paging.position;
  if (position.next.empty()) return false;
  position.next.clear();
  // Pages come in the order of their dates, so nothing before the last moment is missing.
  if (const auto reached = time_of(position.reached)) position.added_after = just_before(*reached);
  paging.digest.clear();
  return true;
}

bool ask_for_less(Paging& paging) {
  auto& limit = paging.position.page_limit;
  if (limit <= engine::taxii::kPageLimitLeast) return false;
  limit = std::max(limit / kFewer, engine::taxii::kPageLimitLeast);
  return true;
}

}  // namespace tocsin::exchange
