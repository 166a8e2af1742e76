#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.hpp"
#include "base/time.hpp"

/// How often somebody may try to sign in. Buckets that fill with time, in memory of fixed size.
namespace tocsin::engine::identity {

/// `burst` attempts at once, then one per `every`.
struct Rate {
  std::int64_t burst;
  std::chrono::microseconds every;
};

/// Many buckets in fixed memory: a key is in one slot of each of two rows, and has what the fuller of them has. Nothing
/// is ever evicted, so that a flood of other keys cannot empty anybody's count; where it fills a slot of both rows, a
/// key is counted too strictly for a while. The key of the hash is drawn at random per process: nobody can aim. Not
/// thread-safe.
class Buckets {
 public:
  explicit Buckets(Rate rate, std::size_t slots = std::size_t{1} << 17);
  /// None where an attempt may be made, else how long to wait.
  std::optional<std::chrono::microseconds> wait(std::string_view key, Timestamp now) const noexcept;
  void take(std::string_view key, Timestamp now) noexcept;
  void give_back(std::string_view key) noexcept;

 private:
  // The moment at which the bucket is full again ("generic cell rate algorithm"): 0 is a full one.
  std::array<std::size_t, 2> slots_of(std::string_view key) const noexcept;
  Rate rate_;
  std::array<std::vector<std::int64_t>, 2> full_at_;
};

/// The throttle of everything that guesses: passwords, codes, passkeys, links. Any thread.
///
/// An attempt counts for the account that is tried, whether it exists or not, and for the address and its network. From
/// an address that has signed in to this account before it counts for that pair only: who floods an account from
/// elsewhere, or a plant's shared address with other names, locks nobody out who is known there.
class Throttle {
 public:
  Throttle();
  /// Takes one attempt, or says how long to wait and takes none. `account`: whatever names it; empty: on no account.
  std::optional<std::chrono::seconds> attempt(std::string_view account, std::string_view address, Timestamp now);
  /// The attempt was right: it is not counted.
  void succeeded(std::string_view account, std::string_view address);
  bool knows(std::string_view account, std::string_view address);
  /// This account was signed in from there.
  void remember(std::string_view account, std::string_view address);
  /// May a refusal of this kind be written to the audit log, or have there been so many that it would only be flooded?
  bool worth_noting(std::string_view key, Timestamp now);

  static constexpr Rate kAccount{10, std::chrono::minutes{2}};
  static constexpr Rate kKnown{10, std::chrono::minutes{1}};
  static constexpr Rate kAddress{20, std::chrono::seconds{5}};   ///< IPv4: one. IPv6: /64.
  static constexpr Rate kNetwork{100, std::chrono::seconds{1}};  ///< IPv4: /24. IPv6: /48.
  static constexpr Rate kNoting{5, std::chrono::minutes{1}};
  static constexpr std::size_t kKnownMax = 50'000;

 private:
  struct Keys {
    std::string account, address, network, pair;
  };
  static Keys keys_of(std::string_view account, std::string_view address);
  std::mutex mutex_;
  Buckets accounts_{kAccount}, pairs_{kKnown}, addresses_{kAddress}, networks_{kNetwork}, noting_{kNoting};
  // Only who signed in gets in here, so that a bound and the oldest first are enough.
  HashSet<std::string> known_;
  std::deque<std::string> known_order_;
};

}  // namespace tocsin::engine::identity
