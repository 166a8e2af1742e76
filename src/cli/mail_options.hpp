#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin mail`.
namespace tocsin::cli {

struct MailOptions {
  enum class What { list, retry, drop, test } what = What::list;
  std::optional<std::int64_t> id;  ///< retry: none is all; drop.
  std::string address;             ///< test
};

/// The subcommands of `mail`; `common` adds to each what all commands have, and its examples.
void add_mail_commands(CLI::App& group, MailOptions& into,
                       const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
