#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

/// The file that carries knowledge over a one-way link: signed, packed, each bundle naming the one it follows. Its form
/// is docs/decisions/0011. Bytes in, bytes out: no database.
namespace tocsin::exchange {

/// What is written. Format 2 also says what is taken back, and who takes format 1 alone refuses it by the first line.
inline constexpr int kBundleFormat = 2;
inline constexpr int kBundleFormatOldest = 1;  ///< What is read; that takes nothing back.
/// Limits: a bundle that asks for more is refused before it is unpacked.
inline constexpr std::size_t kBundleFileBytesMax = std::size_t{1} << 30;
inline constexpr std::size_t kBundleManifestBytesMax = std::size_t{128} << 20;
inline constexpr std::uint64_t kBundleContentBytesMax = std::uint64_t{4} << 30;
inline constexpr std::size_t kBundleEntriesMax = 1'000'000;

/// What entries are; others are passed over.
namespace bundle_kind {
inline constexpr std::string_view kAdvisory = "advisory";
inline constexpr std::string_view kKev = "kev";
inline constexpr std::string_view kEpss = "epss";
inline constexpr std::string_view kDecisionTable = "decision_table";
inline constexpr std::string_view kAliases = "aliases";
inline constexpr std::string_view kProgram = "program";
}  // namespace bundle_kind

struct BundleEntry {
  std::string kind;  ///< One of bundle_kind.
  std::string name;  ///< For people.
  std::uint64_t bytes = 0;
  std::string sha512;
  std::string tlp, audience;  ///< Advisories: their marking.
};

struct BundleLink {
  std::int64_t sequence = 0;
  std::string digest;
  friend bool operator==(const BundleLink&, const BundleLink&) = default;
};

/// An advisory that is taken back: removed by who makes bundles, or not for this recipient any more.
struct BundleWithdrawal {
  std::string issuer, key;  ///< As domain::Record has them.
  friend auto operator<=>(const BundleWithdrawal&, const BundleWithdrawal&) = default;
};

struct BundleManifest {
  int format = kBundleFormat;
  std::int64_t sequence = 0;           ///< From 1, within what one key signs for one recipient.
  std::optional<BundleLink> previous;  ///< What it adds to; nothing: it is whole.
  Timestamp created;
  std::string issuer;     ///< Name of who made it.
  std::string recipient;  ///< Name of the organisation it was made for; empty: what is public.
  /// Of those told in the bundle that it follows; none in a whole one, which takes back what is not in it.
  std::vector<BundleWithdrawal> withdrawn;
  std::vector<BundleEntry> entries;
};

/// Packs, signs, as kBundleFormat unless the manifest says format 1. `contents` in the order of `manifest.entries`,
/// whose bytes and sha512 are filled in here. Errors: unavailable where packing fails; too_large.
struct SealedBundle {
  std::string bytes;
  std::string digest;  ///< SHA-512 of what was signed: names the bundle.
};
Result<SealedBundle> seal_bundle(BundleManifest manifest, const std::vector<std::string>& contents,
                                 const SigningKey& key);

/// A bundle whose signature, and the hash of its packed content, are right.
class Bundle {
 public:
  /// `public_key` empty: by the key that stands in the file, which says that it is whole, not whose it is.
  /// Errors: invalid_input, saying what is wrong: no bundle, another format, cut, changed, another key; too_large.
  static Result<Bundle> open(std::string bytes, std::string_view public_key);

  const BundleManifest& manifest() const noexcept { return manifest_; }
  const std::string& digest() const noexcept { return digest_; }
  const std::string& public_key() const noexcept { return public_key_; }
  const std::string& key_id() const noexcept { return key_id_; }
  std::size_t file_bytes() const noexcept { return bytes_.size(); }
  BundleLink link() const { return {manifest_.sequence, digest_}; }

  /// Each entry with its bytes, unpacked one after the other and held against its hash. Errors: invalid_input where
  /// they differ; what `visit` returned.
  Status each(const std::function<Status(const BundleEntry&, std::string)>& visit) const;

 private:
  std::string bytes_;
  std::size_t content_at_ = 0;
  BundleManifest manifest_;
  std::string digest_, public_key_, key_id_;
};

}  // namespace tocsin::exchange
