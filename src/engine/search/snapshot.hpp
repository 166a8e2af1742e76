#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/sector.hpp"
#include "engine/search/bits.hpp"
#include "formats/cvss/cvss.hpp"

/// What the catalogue holds of one advisory, its packed form in the database, and the immutable snapshot over all of
/// them. Internal to engine/search.
namespace tocsin::engine::search {

/// One advisory in the catalogue.
struct CatalogueRow {
  std::int64_t record = 0;
  domain::policy::Facts facts;
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::int16_t score_tenths = -1;  ///< -1: none.
  bool has_fix = false, has_cve = false;
  std::uint8_t document_status = 0;  ///< 0 other, 1 draft, 2 interim, 3 final.
  std::uint32_t sectors = 0;         ///< Bit per Sector number.
  Timestamp initial_release_at, current_release_at;
  std::vector<std::uint32_t> vendors;  ///< Vendor ids.
  std::vector<std::uint32_t> cwes;     ///< CWE numbers.
};

/// Versioned byte form of a row without its record id: a start reads nothing else.
std::string pack(const CatalogueRow& row);
/// Fills everything but the record id. Errors: internal for bytes that pack() did not write.
Status unpack(std::string_view bytes, CatalogueRow& row);

std::uint8_t document_status_number(std::string_view status) noexcept;

struct VendorName {
  std::string key, name;
};
using VendorNames = std::unordered_map<std::uint32_t, VendorName>;

/// The rows in arrays, sorted by record id; a position is an index into them.
class CatalogueSnapshot {
 public:
  struct Entry {
    std::int64_t record;
    std::int64_t initial, current;
    std::int64_t embargo;  ///< Micros, or kNoEmbargo.
    std::uint32_t sectors;
    std::uint32_t pool_begin;  ///< Vendors, then CWEs.
    std::uint16_t vendor_count, cwe_count;
    std::uint16_t visibility;  ///< Class of equal policy facts but for the embargo.
    std::int16_t score_tenths;
    std::uint16_t year;
    std::uint8_t severity, flags, document_status, tlp;
  };
  static constexpr std::uint8_t kHasFix = 1, kHasCve = 2;
  static constexpr std::int64_t kNoEmbargo = std::numeric_limits<std::int64_t>::min();

  /// Rows in the order of record ids, then one snapshot.
  class Builder {
   public:
    Builder();
    ~Builder();
    void reserve(std::size_t rows);
    void add(const CatalogueRow& row);
    /// As it is in another snapshot.
    void copy(const CatalogueSnapshot& from, const Entry& entry);
    std::shared_ptr<const CatalogueSnapshot> build(VendorNames vendors, std::int64_t generation);

   private:
    std::uint16_t class_of(const domain::policy::Facts& facts);
    std::unique_ptr<CatalogueSnapshot> made_;
    /// By the facts without the embargo, as numbers, and the addressees as text.
    std::map<std::pair<std::array<std::int64_t, 4>, std::string>, std::uint16_t> classes_;
  };

  std::size_t size() const noexcept { return entries_.size(); }
  std::span<const Entry> entries() const noexcept { return entries_; }
  const Entry& operator[](std::size_t position) const noexcept { return entries_[position]; }
  std::span<const std::uint32_t> vendors(const Entry& entry) const noexcept {
    return {pool_.data() + entry.pool_begin, entry.vendor_count};
  }
  std::span<const std::uint32_t> cwes(const Entry& entry) const noexcept {
    return {pool_.data() + entry.pool_begin + entry.vendor_count, entry.cwe_count};
  }
  /// Position of a record, or nullopt.
  std::optional<std::size_t> position_of(std::int64_t record) const noexcept;
  const VendorName* vendor(std::uint32_t id) const noexcept;
  const VendorNames& vendor_names() const noexcept { return vendor_names_; }
  /// Largest numbers that occur: sizes of arrays to count in.
  std::uint32_t vendor_max() const noexcept { return vendor_max_; }
  std::uint32_t cwe_max() const noexcept { return cwe_max_; }
  std::int64_t generation() const noexcept { return generation_; }

  enum class Order { updated, published, severity, cvss, tlp };
  /// Positions, best first; ties by record id, newest first. Sorted by whoever asks first.
  std::span<const std::uint32_t> order(Order order) const;
  /// The key that `order` sorts by, larger first.
  std::int64_t sort_key(const Entry& entry, Order order) const noexcept;

  /// What the viewer may see now: the policy's predicate, asked once per class of equal facts.
  Bits visible(const domain::policy::Viewer& viewer, Timestamp now) const;

  /// How many of the moments at which embargoes end have come: what is visible changes with it and with nothing else.
  std::size_t embargoes_ended(Timestamp now) const noexcept;

  /// Computed once per snapshot and viewer by whoever asks first (facets of everything, words of names); an error is
  /// not kept. `now` tells which embargoes have ended: time alone changes what is visible.
  template <class T, class Make>
  Result<std::shared_ptr<const T>> remember(std::string_view what, const domain::policy::Viewer& viewer, Timestamp now,
                                            Make make) const {
    return views_.get<T>(view_key(what, viewer, now), make);
  }
  /// The same for sets of positions that do not depend on the viewer.
  template <class Make>
  Result<std::shared_ptr<const Bits>> remember_text(std::string key, Make make) const {
    return texts_.get<Bits>(std::move(key), make);
  }

  /// An order of the positions that is made from the database, by its number.
  template <class T, class Make>
  Result<std::shared_ptr<const T>> remember_order(std::size_t number, Make make) const {
    return field_orders_.get<T>(std::to_string(number), make);
  }

 private:
  /// Answers by key; all go when there are too many.
  class Memo {
   public:
    explicit Memo(std::size_t most) : most_(most) {}
    template <class T, class Make>
    Result<std::shared_ptr<const T>> get(std::string key, Make make) {
      {
        const std::lock_guard lock(mutex_);
        if (const auto found = made_.find(key); found != made_.end()) {
          return std::static_pointer_cast<const T>(found->second);
        }
      }
      TRY(T value, make());
      auto made = std::make_shared<const T>(std::move(value));
      const std::lock_guard lock(mutex_);
      if (made_.size() >= most_) made_.clear();
      made_.emplace(std::move(key), made);
      return made;
    }

   private:
    const std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const void>> made_;
  };
  struct Sorted {
    std::once_flag once;
    std::vector<std::uint32_t> positions;
  };

  CatalogueSnapshot() = default;
  std::string view_key(std::string_view what, const domain::policy::Viewer& viewer, Timestamp now) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> pool_;
  std::vector<domain::policy::Facts> classes_;
  std::vector<std::int64_t> embargoes_;  ///< Each moment once, sorted.
  VendorNames vendor_names_;
  std::uint32_t vendor_max_ = 0, cwe_max_ = 0;
  std::int64_t generation_ = 0;
  mutable std::array<Sorted, 5> orders_;
  mutable Memo views_{256};
  /// A set of 100,000 positions has 12.5 KB.
  mutable Memo texts_{512};
  mutable Memo field_orders_{32};
};

}  // namespace tocsin::engine::search
