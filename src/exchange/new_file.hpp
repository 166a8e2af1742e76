#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Files that are there whole or not at all.
namespace tocsin::exchange {

/// Written beside as `path`.part and made durable; has its name only when rename_to_place() was called.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Once. `mode` as of open(2). Errors: conflict where there is a file of this name; unavailable.
  Status write(std::string_view bytes, unsigned mode = 0600);
  /// Errors: unavailable, also where a file of this name appeared meanwhile.
  Status rename_to_place();

 private:
  Status failed() const;
  const std::string path_, part_;
  bool written_ = false;
};

}  // namespace tocsin::exchange
