#include "engine/search/snapshot.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"

namespace tocsin::engine::search {
namespace {

constexpr char kPackVersion = 3;
/// Still read: rows of before records had lists of addressees.
constexpr char kPackVersionWithoutList = 2;

template <class T>
void append_number(std::string& out, T value) {
  // Little-endian on every machine, so that a database may move.
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF);
}

template <class T>
bool read_number(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(T)) return false;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) sum |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  value = static_cast<T>(sum);
  bytes.remove_prefix(sizeof(T));
  return true;
}

/// A number that is an enum of `count` values, from 0.
template <class Enum>
bool read_enum(std::string_view& bytes, std::uint8_t count, Enum& value) {
  std::uint8_t number = 0;
  if (!read_number(bytes, number) || number >= count) return false;
  value = static_cast<Enum>(number);
  return true;
}

bool read_list(std::string_view& bytes, std::vector<std::uint32_t>& list) {
  std::uint16_t count = 0;
  if (!read_number(bytes, count)) return false;
  list.resize(count);
  return std::ranges::all_of(list, [&](std::uint32_t& each) { return read_number(bytes, each); });
}

void append_list(std::string& out, const std::vector<std::uint32_t>& list) {
  const auto count = std::min<std::size_t>(list.size(), std::numeric_limits<std::uint16_t>::max());
  append_number(out, static_cast<std::uint16_t>(count));
  for (std::size_t i = 0; i < count; ++i) append_number(out, list[i]);
}

}  // namespace

std::uint8_t document_status_number(std::string_view status) noexcept {
  if (status == "draft") return 1;
  if (status == "interim") return 2;
  if (status == "final") return 3;
  return 0;
}

std::string pack(const CatalogueRow& row) {
  std::string out;
  out += kPackVersion;
  append_number(out, static_cast<std::uint8_t>(row.facts.tlp));
  append_number(out, static_cast<std::uint8_t>(row.facts.status));
  append_number(out, static_cast<std::uint8_t>(row.facts.audience));
  append_number(out, row.facts.owner.value);
  append_number(out, row.facts.embargo_until ? row.facts.embargo_until->micros : CatalogueSnapshot::kNoEmbargo);
  append_number(out, row.initial_release_at.micros);
  append_number(out, row.current_release_at.micros);
  append_number(out, static_cast<std::uint8_t>(row.severity));
  append_number(out, static_cast<std::uint16_t>(row.score_tenths));
  append_number(out, static_cast<std::uint8_t>((row.has_fix ? 1 : 0) | (row.has_cve ? 2 : 0)));
  append_number(out, row.document_status);
  append_number(out, row.sectors);
  append_list(out, row.vendors);
  append_list(out, row.cwes);
  out += domain::write_grantees(row.facts.listed);
  return out;
}

Status unpack(std::string_view bytes, CatalogueRow& row) {
  std::uint8_t version = 0, flags = 0;
  std::uint16_t score = 0;
  std::int64_t embargo = 0;
  const bool whole = read_number(bytes, version) && (version == kPackVersion || version == kPackVersionWithoutList) &&
                     read_enum(bytes, 5, row.facts.tlp) && read_enum(bytes, 3, row.facts.status) &&
                     read_enum(bytes, 4, row.facts.audience) && read_number(bytes, row.facts.owner.value) &&
                     read_number(bytes, embargo) && read_number(bytes, row.initial_release_at.micros) &&
                     read_number(bytes, row.current_release_at.micros) && read_enum(bytes, 5, row.severity) &&
                     read_number(bytes, score) && read_number(bytes, flags) &&
                     read_number(bytes, row.document_status) && read_number(bytes, row.sectors) &&
                     read_list(bytes, row.vendors) && read_list(bytes, row.cwes);
  row.facts.listed = domain::read_grantees(bytes);
  // What reads the list leaves out what it does not know: it must be the text that was written.
  if (!whole || (version == kPackVersionWithoutList && !bytes.empty()) ||
      domain::write_grantees(row.facts.listed) != bytes) {
    return Error::internal("the catalogue row is damaged: run `tocsin reindex`");
  }
  row.facts.embargo_until = embargo == CatalogueSnapshot::kNoEmbargo ? std::nullopt : std::optional{Timestamp{embargo}};
  row.score_tenths = static_cast<std::int16_t>(score);
  row.has_fix = (flags & 1) != 0;
  row.has_cve = (flags & 2) != 0;
  return ok();
}

CatalogueSnapshot::Builder::Builder() : made_(new CatalogueSnapshot) {}
CatalogueSnapshot::Builder::~Builder() = default;

void CatalogueSnapshot::Builder::reserve(std::size_t rows) {
  made_->entries_.reserve(rows);
  made_->pool_.reserve(rows * 6);
}

std::uint16_t CatalogueSnapshot::Builder::class_of(const domain::policy::Facts& facts) {
  const std::array<std::int64_t, 4> numbers{static_cast<std::int64_t>(facts.tlp),
                                            static_cast<std::int64_t>(facts.status),
                                            static_cast<std::int64_t>(facts.audience), facts.owner.value};
  const auto key = std::pair{numbers, domain::write_grantees(facts.listed)};
  const auto [found, added] = classes_.try_emplace(key, static_cast<std::uint16_t>(made_->classes_.size()));
  if (added) {
    // Owners, lists of addressees and the few markings in use: far fewer than records.
    TOCSIN_CHECK(made_->classes_.size() <= std::numeric_limits<std::uint16_t>::max());
    made_->classes_.push_back(facts);
    made_->classes_.back().embargo_until.reset();
    made_->classes_.back().record = {};
  }
  return found->second;
}

void CatalogueSnapshot::Builder::add(const CatalogueRow& row) {
  auto& pool = made_->pool_;
  Entry entry{};
  entry.record = row.record;
  entry.initial = row.initial_release_at.micros;
  entry.current = row.current_release_at.micros;
  entry.embargo = row.facts.embargo_until ? row.facts.embargo_until->micros : kNoEmbargo;
  entry.sectors = row.sectors;
  entry.pool_begin = static_cast<std::uint32_t>(pool.size());
  entry.vendor_count = static_cast<std::uint16_t>(row.vendors.size());
  entry.cwe_count = static_cast<std::uint16_t>(row.cwes.size());
  entry.visibility = class_of(row.facts);
  entry.score_tenths = row.score_tenths;
  entry.year = static_cast<std::uint16_t>(year_of(row.initial_release_at));
  entry.severity = static_cast<std::uint8_t>(row.severity);
  entry.flags = static_cast<std::uint8_t>((row.has_fix ? kHasFix : 0) | (row.has_cve ? kHasCve : 0));
  entry.document_status = row.document_status;
  entry.tlp = static_cast<std::uint8_t>(row.facts.tlp);
  pool.insert(pool.end(), row.vendors.begin(), row.vendors.end());
  pool.insert(pool.end(), row.cwes.begin(), row.cwes.end());
  made_->entries_.push_back(entry);
}

void CatalogueSnapshot::Builder::copy(const CatalogueSnapshot& from, const Entry& entry) {
  auto& pool = made_->pool_;
  auto copied = entry;
  copied.visibility = class_of(from.classes_[entry.visibility]);
  copied.pool_begin = static_cast<std::uint32_t>(pool.size());
  const auto begin = from.pool_.begin() + static_cast<std::ptrdiff_t>(entry.pool_begin);
  pool.insert(pool.end(), begin, begin + entry.vendor_count + entry.cwe_count);
  made_->entries_.push_back(copied);
}

std::shared_ptr<const CatalogueSnapshot> CatalogueSnapshot::Builder::build(VendorNames vendors,
                                                                           std::int64_t generation) {
  auto& made = *made_;
  made.vendor_names_ = std::move(vendors);
  made.generation_ = generation;
  for (const auto& entry : made.entries_) {
    for (const auto vendor : made.vendors(entry)) made.vendor_max_ = std::max(made.vendor_max_, vendor);
    for (const auto cwe : made.cwes(entry)) made.cwe_max_ = std::max(made.cwe_max_, cwe);
    if (entry.embargo != kNoEmbargo) made.embargoes_.push_back(entry.embargo);
  }
  std::ranges::sort(made.embargoes_);
  made.embargoes_.erase(std::unique(made.embargoes_.begin(), made.embargoes_.end()), made.embargoes_.end());
  return std::shared_ptr<const CatalogueSnapshot>{std::move(made_)};
}

std::span<const std::uint32_t> CatalogueSnapshot::order(Order order) const {
  auto& sorted = orders_[static_cast<std::size_t>(order)];
  std::call_once(sorted.once, [&] {
    struct Key {
      std::int64_t key;
      std::uint32_t position;
    };
    std::vector<Key> keys;
    keys.reserve(entries_.size());
    for (const auto& entry : entries_) {
      keys.push_back({sort_key(entry, order), static_cast<std::uint32_t>(keys.size())});
    }
    // Positions are in the order of record ids.
    std::ranges::sort(
        keys, [](const Key& a, const Key& b) { return a.key != b.key ? a.key > b.key : a.position > b.position; });
    sorted.positions.reserve(keys.size());
    for (const auto& each : keys) sorted.positions.push_back(each.position);
  });
  return sorted.positions;
}

std::int64_t CatalogueSnapshot::sort_key(const Entry& entry, Order order) const noexcept {
  switch (order) {
    case Order::updated:
      return entry.current;
    case Order::published:
      return entry.initial;
    case Order::cvss:
      return (std::int64_t{entry.score_tenths} + 1) * (std::int64_t{1} << 40) + entry.current / 1'000'000;
    case Order::tlp:
      return std::int64_t{entry.tlp} * (std::int64_t{1} << 40) + entry.current / 1'000'000;
    case Order::severity:
      break;
  }
  // Rating, score, date in seconds: they fit (5 ratings, score below 2^7, seconds of year 9999 below 2^38).
  constexpr std::int64_t kSeconds = std::int64_t{1} << 40, kScores = 128;
  return (entry.severity * kScores + entry.score_tenths + 1) * kSeconds + entry.current / 1'000'000;
}

std::optional<std::size_t> CatalogueSnapshot::position_of(std::int64_t record) const noexcept {
  if (entries_.empty() || record < entries_.front().record || record > entries_.back().record) return std::nullopt;
  // Ids are given in a row and mostly have no gaps: without any this is the place, else it stands before it.
  const auto guess = std::min(static_cast<std::size_t>(record - entries_.front().record), entries_.size() - 1);
  if (entries_[guess].record == record) return guess;
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(guess);
  const auto found = std::ranges::lower_bound(entries_.begin(), end, record, {}, &Entry::record);
  if (found == end || found->record != record) return std::nullopt;
  return static_cast<std::size_t>(found - entries_.begin());
}

const VendorName* CatalogueSnapshot::vendor(std::uint32_t id) const noexcept {
  const auto found = vendor_names_.find(id);
  return found == vendor_names_.end() ? nullptr : &found->second;
}

Bits CatalogueSnapshot::visible(const domain::policy::Viewer& viewer, Timestamp now) const {
  const auto look = [&]() -> Result<Bits> {
    std::vector<char> open(classes_.size());
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      open[i] = domain::policy::may_see(viewer, classes_[i], now) ? 1 : 0;
    }
    Bits bits(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& entry = entries_[i];
      if (entry.embargo == kNoEmbargo) {
        if (open[entry.visibility] != 0) bits.set(i);
        continue;
      }
      auto facts = classes_[entry.visibility];
      facts.embargo_until = Timestamp{entry.embargo};
      if (domain::policy::may_see(viewer, facts, now)) bits.set(i);
    }
    // Classes stand for no record, and a broken glass for one.
    for (const auto& glass : viewer.glass) {
      const auto position = position_of(glass.record.value);
      if (!position) continue;
      const auto& entry = entries_[*position];
      auto facts = classes_[entry.visibility];
      facts.record = glass.record;
      if (entry.embargo != kNoEmbargo) facts.embargo_until = Timestamp{entry.embargo};
      if (domain::policy::may_see(viewer, facts, now)) bits.set(*position);
    }
    return bits;
  };
  return **remember<Bits>("visible", viewer, now, look);
}

std::string CatalogueSnapshot::view_key(std::string_view what, const domain::policy::Viewer& viewer,
                                        Timestamp now) const {
  const auto open = std::ranges::count_if(viewer.glass, [&](const auto& each) { return now < each.until; });
  return fmt::format("{} {} {} {}", what, viewer.cache_key(), embargoes_ended(now), open);
}

std::size_t CatalogueSnapshot::embargoes_ended(Timestamp now) const noexcept {
  return static_cast<std::size_t>(std::ranges::upper_bound(embargoes_, now.micros) - embargoes_.begin());
}

}  // namespace tocsin::engine::search
