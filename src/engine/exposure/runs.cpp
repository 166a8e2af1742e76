#include "engine/exposure/runs.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/exposure/aliases.hpp"
#include "store/aliases.hpp"
#include "store/asset_notices.hpp"
#include "store/assets.hpp"
#include "store/changes.hpp"
#include "store/exposure_history.hpp"
#include "store/exposure_runs.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;

/// Changes that one round over the assets takes together.
constexpr int kChangesAtOnce = 1'024;
/// Assets that one step keeps for finding, and reads at once.
constexpr int kKeptInAStep = 20'000, kReadAtOnce = 1'000;
constexpr std::size_t kListed = 50;  ///< Products and vulnerabilities that a row keeps.

struct Looked {
  const store::Asset* asset = nullptr;
  std::vector<Found> found;
};

int thousandths(double confidence) { return static_cast<int>(std::lround(std::clamp(confidence, 0.0, 1.0) * 1000)); }

template <class T>
void cut(std::vector<T>& list) {
  if (list.size() > kListed) list.resize(kListed);
}

store::AssetMatch row_of(const store::Asset& asset, const Found& found, Timestamp now) {
  store::AssetMatch row{.asset = asset.id, .record = found.record, .organisation = asset.organisation};
  row.status = row.found_status = static_cast<int>(found.match.status);
  row.confidence = row.found_confidence = thousandths(found.match.confidence);
  row.product_ids = found.match.product_ids;
  row.product_keys = found.product_keys;
  row.cves = found.match.cves;
  cut(row.product_ids);
  cut(row.product_keys);
  cut(row.cves);
  row.because = row.found_because = found.match.because;
  row.question = found.match.question;
  row.digest = found.digest;
  row.found_at = row.changed_at = now;
  return row;
}

bool same(const store::AssetMatch& a, const store::AssetMatch& b) {
  return a.status == b.status && a.found_status == b.found_status && a.confidence == b.confidence &&
         a.found_confidence == b.found_confidence && a.product_ids == b.product_ids &&
         a.product_keys == b.product_keys && a.cves == b.cves && a.because == b.because &&
         a.found_because == b.found_because && a.question == b.question && a.digest == b.digest &&
         a.verdict == b.verdict && a.state == b.state && a.state_until == b.state_until;
}

/// What people said of these assets.
class Said {
 public:
  static Result<Said> load(store::Exposures& exposures, const std::vector<const store::Asset*>& assets) {
    Said said;
    std::vector<std::int64_t> ids;
    std::set<std::string> identities;
    for (const auto* asset : assets) {
      ids.push_back(asset->id);
      identities.insert(asset->identity);
    }
    TRY(said.verdicts_, exposures.verdicts(ids));
    const std::vector<std::string> kinds(identities.begin(), identities.end());
    TRY(said.nevers_, exposures.nevers(kinds));
    TRY(const auto states, exposures.current_states(ids));
    for (const auto& each : states) said.states_[{each.asset, each.record.value}] = each;
    for (const auto& each : said.verdicts_) said.of_asset_[{each.asset, each.record.value}] = &each;
    return said;
  }

  void apply(const store::Asset& asset, store::AssetMatch& row) const {
    const std::pair key{row.asset, row.record.value};
    const auto verdict = of_asset_.find(key);
    std::vector<const store::AssetVerdict*> nevers;
    for (const auto& each : nevers_) {
      if (each.organisation == asset.organisation && each.identity == asset.identity) nevers.push_back(&each);
    }
    hear(row, verdict == of_asset_.end() ? nullptr : verdict->second, nevers);
    if (const auto state = states_.find(key); state != states_.end()) {
      row.state = state->second.state;
      row.state_until = state->second.until;
    }
  }

 private:
  std::vector<store::AssetVerdict> verdicts_, nevers_;
  std::map<std::pair<std::int64_t, std::int64_t>, const store::AssetVerdict*> of_asset_;
  std::map<std::pair<std::int64_t, std::int64_t>, store::AssetState> states_;
};

/// What is new because these assets are, or have changed: told of by engine/notify.
tocsin::Status note_news(store::Connection& connection, const std::vector<const Looked*>& looked,
                         const std::vector<const store::AssetMatch*>& risen, std::int64_t sequence, Timestamp now) {
  std::set<std::int64_t> added;
  for (const auto* each : looked) {
    if (each->asset->version == 1) added.insert(each->asset->id);
  }
  std::vector<store::AssetNews> news;
  for (const auto* each : risen) {
    news.push_back({.organisation = each->organisation,
                    .asset = each->asset,
                    .record = each->record,
                    .is_new = added.contains(each->asset),
                    .sequence = sequence,
                    .at = now});
  }
  return store::AssetNotices{connection}.put_news(news);
}

/// Makes the rows of these assets what was found; `records`: only rows of those are touched, or all where absent - then
/// the assets are what is new, and advisories are known up to `sequence`. Returns which are others than before.
Result<std::vector<store::RunChange>> write(store::Connection& connection, const std::vector<const Looked*>& looked,
                                            const std::vector<std::int64_t>* records, std::int64_t sequence,
                                            Timestamp now) {
  store::Exposures exposures{connection};
  std::vector<const store::Asset*> assets;
  std::vector<std::int64_t> ids;
  for (const auto* each : looked) {
    assets.push_back(each->asset);
    ids.push_back(each->asset->id);
  }
  std::vector<store::RunChange> changes;
  if (ids.empty()) return changes;
  TRY(const auto said, Said::load(exposures, assets));
  std::vector<store::AssetMatch> before;
  if (records != nullptr) {
    TRY(before, exposures.of_assets(ids, *records));
  } else {
    TRY(before, exposures.of_assets(ids));
  }
  std::map<std::pair<std::int64_t, std::int64_t>, const store::AssetMatch*> there;
  for (const auto& each : before) there[{each.asset, each.record.value}] = &each;
  std::vector<store::AssetMatch> put;
  for (const auto* each : looked) {
    for (const auto& found : each->found) {
      auto row = row_of(*each->asset, found, now);
      said.apply(*each->asset, row);
      const auto known = there.find({row.asset, row.record.value});
      bool is_news = true;
      if (known != there.end()) {
        const auto& old = *known->second;
        row.found_at = old.found_at;
        // No news where nothing that matters has changed.
        is_news = old.digest != row.digest;
        if (!is_news) row.changed_at = old.changed_at;
        const bool as_before = same(old, row);
        there.erase(known);
        if (as_before) continue;
      }
      changes.push_back({.asset = row.asset, .record = row.record, .is_news = is_news});
      put.push_back(std::move(row));
    }
  }
  std::vector<store::AssetMatch> gone;
  for (const auto& [key, row] : there) {
    changes.push_back({.asset = row->asset, .record = row->record, .is_news = true});
    gone.push_back(*row);
  }
  TRY_VOID(exposures.put(put));
  TRY_VOID(exposures.remove(gone));
  std::vector<const store::AssetMatch*> risen;
  TRY_VOID(store::ExposureHistory{connection}.note(put, gone, now, &risen));
  if (records == nullptr) TRY_VOID(note_news(connection, looked, risen, sequence, now));
  return changes;
}

std::vector<Looked> look(const Matchers& matchers, const AliasBook& aliases, const std::vector<store::Asset>& assets) {
  std::vector<const formats::inventory::Item*> items;
  items.reserve(assets.size());
  for (const auto& asset : assets) items.push_back(&asset.item);
  std::deque<std::pair<std::size_t, Reading>> readings;
  for (std::size_t i = 0; i < assets.size(); ++i) {
    for (auto& each : aliases.readings(assets[i].organisation, assets[i].item)) {
      items.push_back(&readings.emplace_back(i, std::move(each)).second.item);
    }
  }
  auto found = matchers.match(items);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    take_reading(found[readings[i].first], std::move(found[assets.size() + i]), readings[i].second);
  }
  std::vector<Looked> looked;
  looked.reserve(assets.size());
  for (std::size_t i = 0; i < assets.size(); ++i) looked.push_back({&assets[i], std::move(found[i])});
  return looked;
}

/// Those whose asset is still as it was matched; the others wait for their turn.
Result<std::vector<const Looked*>> still_so(store::Connection& connection, const std::vector<store::Asset>& assets,
                                            const std::vector<Looked>& looked) {
  TRY(const auto unchanged, store::Assets{connection}.unchanged(assets));
  const std::set<std::int64_t> ids(unchanged.begin(), unchanged.end());
  std::vector<const Looked*> still;
  for (const auto& each : looked) {
    if (ids.contains(each.asset->id)) still.push_back(&each);
  }
  return still;
}

}  // namespace

void take_reading(std::vector<Found>& found, std::vector<Found> read, const Reading& reading) {
  for (auto& each : read) {
    if (!tell_as_reading(each.match, reading)) continue;
    const auto at = std::ranges::lower_bound(found, each.record, {}, &Found::record);
    if (at == found.end() || at->record != each.record) {
      found.insert(at, std::move(each));
    } else if (each.match.confidence > at->match.confidence) {
      *at = std::move(each);
    }
  }
}

void hear(store::AssetMatch& match, const store::AssetVerdict* of_asset,
          const std::vector<const store::AssetVerdict*>& nevers) {
  match.status = match.found_status;
  match.confidence = match.found_confidence;
  match.because = match.found_because;
  match.verdict = MatchVerdict::none;
  const auto reason = [](const store::AssetVerdict& verdict) {
    return verdict.reason.empty() ? std::string{} : fmt::format(" (\"{}\")", text::shorten(verdict.reason, 300));
  };
  if (of_asset != nullptr && of_asset->verdict == MatchVerdict::confirmed) {
    match.verdict = MatchVerdict::confirmed;
    match.confidence = 1'000;
    // They looked and say that it concerns them.
    if (match.status == static_cast<int>(Status::undecidable)) match.status = static_cast<int>(Status::affected);
    match.because = fmt::format("confirmed by a person{}; {}", reason(*of_asset), match.found_because);
    return;
  }
  if (of_asset != nullptr && of_asset->verdict == MatchVerdict::rejected) {
    match.verdict = MatchVerdict::rejected;
    match.status = static_cast<int>(Status::not_affected);
    match.because = fmt::format("rejected by a person{}; without that: {}", reason(*of_asset), match.found_because);
    return;
  }
  if (match.product_keys.empty()) return;
  const store::AssetVerdict* never = nullptr;
  for (const auto& key : match.product_keys) {
    const auto found =
        std::ranges::find(nevers, key, [](const auto* each) -> const std::string& { return each->product_key; });
    // One product that was not ruled out decides as before.
    if (found == nevers.end()) return;
    never = *found;
  }
  match.verdict = MatchVerdict::never;
  match.status = static_cast<int>(Status::not_affected);
  match.because = fmt::format("a person said that it is never {}{}; without that: {}", never->product_key,
                              reason(*never), match.found_because);
}

tocsin::Status Runs::load(std::int64_t newest, Timestamp now) {
  if (matchers_ && matchers_->sequence() >= newest) return ok();
  part_.reset();
  asked_.reset();
  if (matchers_) {
    auto refreshed = matchers_->refresh(database_, now);
    if (!refreshed) matchers_.reset();
    return refreshed;
  }
  TRY(auto loaded, Matchers::load(database_, now));
  matchers_.emplace(std::move(loaded));
  return ok();
}

tocsin::Status Runs::read_aliases(store::Connection& connection) {
  TRY(const auto generation, store::Aliases{connection}.generation());
  if (generation == aliases_generation_) return ok();
  TRY(aliases_, load_aliases(connection));
  aliases_generation_ = generation;
  return ok();
}

void Runs::keep(const store::Asset& asset, bool anew) {
  matchers_->keep(kept_->finder, asset.id, asset.item, anew);
  for (const auto& each : aliases_.readings(asset.organisation, asset.item)) {
    matchers_->keep(kept_->finder, asset.id, each.item, anew);
  }
}

void Runs::keep_named(const store::Asset& asset) {
  const auto& part = part_->matchers;
  const auto readings = aliases_.readings(asset.organisation, asset.item);
  const auto is_named = [&part](const formats::inventory::Item& item) { return part.name_numbers_of(item); };
  if (is_named(asset.item) || std::ranges::any_of(readings, [&](const Reading& each) { return is_named(each.item); })) {
    keep(asset, true);
  }
}

Result<std::int64_t> Runs::next_generation(store::Connection& connection) const {
  store::Exposures exposures{connection};
  TRY(const auto last, exposures.generation());
  TRY_VOID(exposures.set_generation(last + 1));
  return last + 1;
}

Result<RunStep> Runs::match_due(const std::vector<store::Asset>& assets, Timestamp now) {
  const auto looked = look(*matchers_, aliases_, assets);
  std::int64_t generation = 0;
  TRY(auto step, database_.write([&](store::Connection& connection) -> Result<RunStep> {
    TRY_VOID(connection.lock_changes());
    RunStep done;
    TRY(const auto cursor, store::Exposures{connection}.cursor());
    // Another process has begun with advisories that are not among these: whoever finds the assets for them must not
    // miss those that are written as matched here.
    if (cursor.until > matchers_->sequence()) return done;
    // Nor with aliases that somebody has changed since.
    TRY(const auto aliases, store::Aliases{connection}.generation());
    if (aliases != aliases_generation_) return done;
    TRY(const auto still, still_so(connection, assets, looked));
    TRY(const auto changes, write(connection, still, nullptr, matchers_->sequence(), now));
    done.matches = std::ssize(changes);
    std::vector<std::int64_t> ids;
    for (const auto* each : still) ids.push_back(each->asset->id);
    TRY_VOID(store::Assets{connection}.set_matched(ids));
    TRY(generation, next_generation(connection));
    done.assets = static_cast<std::int64_t>(ids.size());
    return done;
  }));
  if (kept_ && kept_->generation + 1 == generation) {
    kept_->generation = generation;
    for (const auto& asset : assets) keep(asset);
  }
  return step;
}

tocsin::Status Runs::read_part(const store::Exposures::Cursor& cursor) {
  std::set<std::int64_t> records;
  TRY_VOID(database_.read([&](store::Connection& connection) -> tocsin::Status {
    store::Changes changes{connection};
    for (auto after = cursor.sequence; after < cursor.until;) {
      TRY(const auto some, changes.after(after, kChangesAtOnce));
      if (some.empty()) break;
      for (const auto& change : some) {
        if (change.sequence <= cursor.until) records.insert(change.record.value);
      }
      after = some.back().sequence;
    }
    return ok();
  }));
  std::vector<std::int64_t> ids(records.begin(), records.end());
  auto matchers = matchers_->part(ids);
  part_.emplace(Part{.matchers = std::move(matchers), .until = cursor.until, .records = std::move(ids)});
  return ok();
}

Result<bool> Runs::fill_finder() {
  TRY(const auto generation,
      database_.read([](store::Connection& connection) { return store::Exposures{connection}.generation(); }));
  // Before the assets are read: what is matched while they are shows as another generation.
  if (!kept_ || kept_->generation != generation) kept_.emplace(Kept{.finder = AssetFinder{}, .generation = generation});
  for (int read = 0; !kept_->is_whole && read < kKeptInAStep; read += kReadAtOnce) {
    TRY(const auto assets, database_.read([&](store::Connection& connection) {
      return store::Assets{connection}.after(kept_->after, kReadAtOnce);
    }));
    for (const auto& asset : assets) keep(asset);
    kept_->is_whole = assets.size() < static_cast<std::size_t>(kReadAtOnce) || kept_->finder.is_full();
    if (!assets.empty()) kept_->after = assets.back().id;
  }
  if (kept_->is_whole) kept_->finder.settle();
  return kept_->is_whole;
}

Result<RunStep> Runs::match_advisories(const store::Exposures::Cursor& cursor, Timestamp now, int assets_max) {
  if (!part_ || part_->until != cursor.until) TRY_VOID(read_part(cursor));
  if (!part_->is_found && !every_asset_) {
    TRY(const auto whole, fill_finder());
    if (!whole) return RunStep{};
    part_->assets = part_->matchers.find(kept_->finder);
    if (part_->assets) {
      // What they said before may no longer hold.
      TRY(const auto before, database_.read([&](store::Connection& connection) {
        return store::Exposures{connection}.assets_of(part_->records);
      }));
      auto& ids = *part_->assets;
      ids.insert(ids.end(), before.begin(), before.end());
      std::ranges::sort(ids);
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    }
  }
  part_->is_found = true;
  std::vector<std::int64_t> some;
  if (part_->assets) {
    const auto from = std::ranges::upper_bound(*part_->assets, cursor.asset);
    const auto count = std::min<std::ptrdiff_t>(part_->assets->end() - from, assets_max);
    some.assign(from, from + count);
  }
  const bool is_last = part_->assets && (some.empty() || some.back() == part_->assets->back());
  TRY(const auto assets, database_.read([&](store::Connection& connection) -> Result<std::vector<store::Asset>> {
    store::Assets all{connection};
    if (!part_->assets) return all.after(cursor.asset, assets_max);
    if (some.empty()) return std::vector<store::Asset>{};
    return all.of_ids(some);
  }));
  const auto looked = look(part_->matchers, aliases_, assets);
  auto next = cursor;
  if (is_last || (!part_->assets && assets.empty())) {
    next = {.sequence = cursor.until, .until = cursor.until, .asset = 0};
  } else {
    next.asset = part_->assets ? some.back() : assets.back().id;
  }
  std::int64_t generation = 0;
  TRY(auto step, database_.write([&](store::Connection& connection) -> Result<RunStep> {
    TRY_VOID(connection.lock_changes());
    store::Exposures exposures{connection};
    RunStep done;
    TRY(const auto present, exposures.cursor());
    // Another process was faster.
    if (present != cursor) return done;
    TRY(const auto still, still_so(connection, assets, looked));
    // An asset that changed meanwhile is due, and then matched against everything.
    TRY(const auto changes, write(connection, still, &part_->records, cursor.until, now));
    done.matches = std::ssize(changes);
    TRY_VOID(exposures.set_cursor(next));
    TRY(generation, next_generation(connection));
    done.assets = static_cast<std::int64_t>(assets.size());
    return done;
  }));
  if (kept_ && kept_->generation + 1 == generation) {
    kept_->generation = generation;
    // These advisories may tell what order numbers are called.
    for (const auto& each : looked) {
      if (!each.found.empty()) keep_named(*each.asset);
    }
  }
  // All written: what was kept of these advisories is not needed any more.
  if (generation != 0 && next.asset == 0) part_.reset();
  return step;
}

Result<RunStep> Runs::step(Timestamp now, int waiting_max, int spoken_of_max) {
  struct State {
    store::Exposures::Cursor cursor;
    std::int64_t newest = 0;
    bool any = false;
    std::vector<store::Asset> due;
  };
  TRY(auto state, database_.snapshot([&](store::Connection& connection) -> Result<State> {
    State read;
    store::Assets assets{connection};
    TRY(read.cursor, store::Exposures{connection}.cursor());
    TRY(read.newest, store::Changes{connection}.newest());
    TRY_VOID(read_aliases(connection));
    TRY(read.due, assets.due(waiting_max));
    read.any = !read.due.empty();
    if (!read.any) {
      TRY(read.any, assets.any());
    }
    return read;
  }));
  auto& cursor = state.cursor;
  if (state.due.empty() && cursor.sequence == state.newest && cursor.until == state.newest) {
    return RunStep{.caught_up = true};
  }
  const auto move = [&](const store::Exposures::Cursor& to) {
    return database_.write([&](store::Connection& connection) -> Result<RunStep> {
      TRY_VOID(connection.lock_changes());
      store::Exposures exposures{connection};
      TRY(const auto present, exposures.cursor());
      if (present == cursor) TRY_VOID(exposures.set_cursor(to));
      return RunStep{};
    });
  };
  // Nobody has anything: what comes later is matched against all that is there then.
  if (!state.any) return move({.sequence = state.newest, .until = state.newest, .asset = 0});
  if (!state.due.empty()) {
    TRY_VOID(load(state.newest, now));
    return match_due(state.due, now);
  }
  if (cursor.until == cursor.sequence) {
    return move(
        {.sequence = cursor.sequence, .until = std::min(state.newest, cursor.sequence + kChangesAtOnce), .asset = 0});
  }
  TRY_VOID(load(state.newest, now));
  return match_advisories(cursor, now, spoken_of_max);
}

Result<RunStep> Runs::asked_step(Timestamp now, int assets_max) {
  struct State {
    std::optional<store::AskedRun> run;
    std::int64_t newest = 0;
    std::vector<store::Asset> assets;
    std::int64_t last = 0;  ///< Asset up to which these go.
    bool is_end = false;
  };
  TRY(const auto state, database_.snapshot([&](store::Connection& connection) -> Result<State> {
    State read;
    TRY(read.run, store::ExposureRuns{connection}.next());
    if (!read.run) return read;
    TRY_VOID(read_aliases(connection));
    TRY(read.newest, store::Changes{connection}.newest());
    const auto& run = *read.run;
    store::Assets assets{connection};
    if (run.assets.empty()) {
      TRY(read.assets, assets.after(run.organisation, run.after_asset, assets_max));
      read.is_end = std::cmp_less(read.assets.size(), assets_max);
      if (!read.assets.empty()) read.last = read.assets.back().id;
      return read;
    }
    // Of those that were named some may be gone by now.
    const auto from = std::ranges::upper_bound(run.assets, run.after_asset);
    const auto count = std::min<std::ptrdiff_t>(run.assets.end() - from, assets_max);
    read.is_end = from + count == run.assets.end();
    if (count > 0) {
      read.last = *(from + count - 1);
      TRY(read.assets, assets.of_ids(std::span{from, from + count}));
    }
    return read;
  }));
  if (!state.run) return RunStep{.caught_up = true};
  const auto& run = *state.run;
  const std::vector<std::int64_t>* records = run.records.empty() ? nullptr : &run.records;
  std::vector<Looked> looked;
  if (!state.assets.empty()) {
    TRY_VOID(load(state.newest, now));
    if (records != nullptr && (!asked_ || asked_->run != run.id)) {
      asked_.emplace(Asked{.run = run.id, .matchers = matchers_->part(run.records)});
    }
    looked = look(records == nullptr ? *matchers_ : asked_->matchers, aliases_, state.assets);
  }
  auto next = run;
  next.looked_at += std::ssize(state.assets);
  next.after_asset = std::max(run.after_asset, state.last);
  if (state.is_end) {
    next.done = true;
    next.ended_at = now;
  }
  return database_.write([&](store::Connection& connection) -> Result<RunStep> {
    TRY_VOID(connection.lock_changes());
    RunStep done;
    store::ExposureRuns runs{connection};
    TRY(const auto cursor, store::Exposures{connection}.cursor());
    // Another process writes by newer advisories than these: what it found stays.
    if (!looked.empty() && cursor.until > matchers_->sequence()) return done;
    TRY(const auto aliases, store::Aliases{connection}.generation());
    if (aliases != aliases_generation_) return done;
    TRY(const auto advanced, runs.advance(run, next));
    if (advanced == 0) return done;
    TRY(const auto still, still_so(connection, state.assets, looked));
    TRY(const auto changes, write(connection, still, records, matchers_->sequence(), now));
    TRY_VOID(runs.note(run.id, changes));
    done.assets = std::ssize(state.assets);
    done.matches = std::ssize(changes);
    return done;
  });
}

tocsin::Status Runs::asked(const Clock& clock, const std::function<bool(const RunStep&)>& progress) {
  for (;;) {
    TRY(const auto done, asked_step(clock.now()));
    if (progress && !progress(done)) return ok();
    if (done.caught_up) return ok();
  }
}

Result<bool> Runs::prepare(Timestamp now) {
  if (every_asset_ || (kept_ && kept_->is_whole)) return true;
  struct State {
    std::int64_t newest = 0;
    bool any = false;
  };
  TRY(const auto state, database_.snapshot([&](store::Connection& connection) -> Result<State> {
    State read;
    TRY_VOID(read_aliases(connection));
    TRY(read.newest, store::Changes{connection}.newest());
    TRY(read.any, store::Assets{connection}.any());
    return read;
  }));
  if (!state.any) return true;
  TRY_VOID(load(state.newest, now));
  return fill_finder();
}

tocsin::Status Runs::all(const Clock& clock, const std::function<bool(const RunStep&)>& progress) {
  for (;;) {
    TRY(const auto done, step(clock.now()));
    if (progress && !progress(done)) return ok();
    if (done.caught_up) return ok();
  }
}

}  // namespace tocsin::engine::exposure
