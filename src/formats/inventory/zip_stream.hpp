#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::formats::inventory {

/// A ZIP made piece by piece, for files whose parts are too large to be held: the length of a part stands behind it.
/// Deflated, without times.
class ZipStream {
 public:
  ZipStream();
  ZipStream(ZipStream&&) noexcept;
  ZipStream& operator=(ZipStream&&) noexcept;
  ~ZipStream();
  /// Ends the part before. Errors of all three: internal (no memory, a part of 4 GiB).
  Status begin(std::string_view name);
  Status add(std::string_view bytes);
  Status finish();
  /// What has been made since the last time.
  std::string take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::formats::inventory
