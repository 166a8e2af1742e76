#include "cli/settings.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/listen_address.hpp"

namespace tocsin::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

LoadedSettings load(std::string file, std::map<std::string, std::string> environment = {},
                    std::map<std::string, std::string> flags = {}) {
  SettingSources sources;
  sources.file = std::move(file);
  sources.environment = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  sources.flags = std::move(flags);
  return load_settings(sources);
}

TEST(Settings, BuiltInValuesAreRight) {
  const auto loaded = load("");
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.settings.text("listen"), "127.0.0.1:8080");
  EXPECT_EQ(loaded.settings.text("import.default_tlp"), "AMBER+STRICT");
  EXPECT_TRUE(loaded.settings.boolean("access_log"));
  EXPECT_EQ(loaded.settings.integer("limits.header_bytes"), 16384);
  EXPECT_EQ(loaded.settings.value("listen").origin, Origin::built_in);
  std::set<std::string_view> names;
  for (const auto& spec : setting_specs()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
  }
}

TEST(Settings, EveryBuiltInValueIsOneThatItsSettingTakes) {
  std::map<std::string, std::string> flags;
  for (const auto& spec : setting_specs()) flags.emplace(spec.name, spec.built_in);
  EXPECT_THAT(load("", {}, flags).problems, IsEmpty());
}

TEST(Settings, TheLaterSourceWins) {
  const std::string file = "listen = \"127.0.0.1:1\"\n[limits]\nbody_bytes = 2048\n";
  const auto from_file = load(file);
  ASSERT_THAT(from_file.problems, IsEmpty());
  EXPECT_EQ(from_file.settings.text("listen"), "127.0.0.1:1");
  EXPECT_EQ(from_file.settings.value("listen").origin, Origin::file);
  EXPECT_EQ(from_file.settings.value("limits.body_bytes").where, "tocsin.toml:3:1");
  const auto from_environment = load(file, {{"TOCSIN_LISTEN", "127.0.0.1:2"}, {"TOCSIN_LIMITS_BODY_BYTES", "4096"}});
  EXPECT_EQ(from_environment.settings.text("listen"), "127.0.0.1:2");
  EXPECT_EQ(from_environment.settings.integer("limits.body_bytes"), 4096);
  EXPECT_EQ(from_environment.settings.value("listen").where, "TOCSIN_LISTEN");
  const auto from_flag = load(file, {{"TOCSIN_LISTEN", "127.0.0.1:2"}}, {{"listen", "127.0.0.1:3"}});
  EXPECT_EQ(from_flag.settings.text("listen"), "127.0.0.1:3");
  EXPECT_EQ(from_flag.settings.value("listen").origin, Origin::flag);
  EXPECT_EQ(load(file, {{"TOCSIN_LISTEN", ""}}).settings.text("listen"), "127.0.0.1:1") << "empty is not set";
}

TEST(Settings, ABrokenSourceLeavesWhatStoodBefore) {
  const auto loaded = load("log_level = \"warn\"\n", {{"TOCSIN_LOG_LEVEL", "loud"}});
  ASSERT_THAT(loaded.problems, SizeIs(1));
  EXPECT_EQ(loaded.problems[0].where, "TOCSIN_LOG_LEVEL");
  EXPECT_EQ(loaded.settings.text("log_level"), "warn");
}

struct ProblemCase {
  std::string_view name, file, where, message;
};
constexpr ProblemCase kProblems[] = {
    {"UnknownKey", "sitename = \"x\"\n", "tocsin.toml:1:1", "did you mean site_name?"},
    {"UnknownKeyInTable", "[limits]\nbody_byte = 5\n", "tocsin.toml:2:1", "did you mean limits.body_bytes?"},
    {"KeyInTheWrongTable", "body_bytes = 5000\n", "tocsin.toml:1:1", "did you mean limits.body_bytes?"},
    {"FarFromEverything", "qqqqqqqqqqqqqqqqqqqqq = 1\n", "tocsin.toml:1:1", "docs/settings.md"},
    {"UnknownTable", "[weather]\nsunny = true\n", "tocsin.toml:1:2", "no setting 'weather'"},
    {"TableForValue", "[listen]\nx = 1\n", "tocsin.toml:1:2", "text in quotes"},
    {"NumberForText", "listen = 8080\n", "tocsin.toml:1:1", "text in quotes"},
    {"TextForNumber", "[limits]\nbody_bytes = \"5000\"\n", "tocsin.toml:2:1", "whole number, without quotes"},
    {"TextForBoolean", "access_log = \"yes\"\n", "tocsin.toml:1:1", "true or false, without quotes"},
    {"BelowTheRange", "[threads]\nnetwork = 0\n", "tocsin.toml:2:1", "from 1 to 256"},
    {"AboveTheRange", "[threads]\nnetwork = 257\n", "tocsin.toml:2:1", "from 1 to 256"},
    {"Fraction", "[threads]\nnetwork = 1.5\n", "tocsin.toml:2:1", "whole number"},
    {"NoSuchChoice", "log_level = \"loud\"\n", "tocsin.toml:1:1", "debug, info, warn, error, off"},
    {"NoSuchLabel", "[import]\ndefault_tlp = \"PURPLE\"\n", "tocsin.toml:2:1", "AMBER+STRICT"},
    {"NoToml", "listen = \n", "tocsin.toml:1:", ""},
    {"HalfOfTls", "tls_cert = \"a.pem\"\n", "tocsin.toml:1:1", "both or none"},
    {"UrlWithoutScheme", "public_url = \"cert.example\"\n", "tocsin.toml:1:1", "https://"},
};
void PrintTo(const ProblemCase& each, std::ostream* out) { *out << each.name; }
class SettingProblems : public ::testing::TestWithParam<ProblemCase> {};
INSTANTIATE_TEST_SUITE_P(Each, SettingProblems, ::testing::ValuesIn(kProblems),
                         [](const auto& each) { return std::string{each.param.name}; });
TEST_P(SettingProblems, AreNamedWithTheirPlace) {
  const auto loaded = load(std::string{GetParam().file});
  ASSERT_THAT(loaded.problems, SizeIs(1));
  EXPECT_THAT(loaded.problems[0].where, ::testing::StartsWith(std::string{GetParam().where}));
  EXPECT_THAT(loaded.problems[0].message, HasSubstr(std::string{GetParam().message}));
}

TEST(Settings, AllProblemsAreToldAtOnce) {
  EXPECT_THAT(
      load("a = 1\nlog_level = \"x\"\n", {{"TOCSIN_THREADS_WORKERS", "many"}}, {{"access_log", "maybe"}}).problems,
      SizeIs(4));
}

TEST(Settings, ChoicesAndBooleansForgiveSpelling) {
  const auto loaded =
      load("log_level = \"WARN\"\n[import]\ndefault_tlp = \"TLP:WHITE\"\n", {{"TOCSIN_ACCESS_LOG", "No"}});
  ASSERT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.settings.text("log_level"), "warn");
  EXPECT_EQ(loaded.settings.text("import.default_tlp"), "CLEAR");
  EXPECT_FALSE(loaded.settings.boolean("access_log"));
}

TEST(Settings, TheWrittenFileReadsAsItself) {
  const auto untouched = load(settings_file({}));
  EXPECT_THAT(untouched.problems, IsEmpty());
  for (const auto& spec : setting_specs()) EXPECT_EQ(untouched.settings.value(spec.name).origin, Origin::built_in);
  const auto odd =
      "CERT \"Nord\" \\ Gr\xC3\xBC\xC3\x9F"
      "e\n";
  const auto set = load(settings_file({{"site_name", odd}, {"limits.body_bytes", "1234"}, {"database", "/x/y.db"}}));
  EXPECT_THAT(set.problems, IsEmpty());
  EXPECT_EQ(set.settings.text("site_name"), odd);
  EXPECT_EQ(set.settings.integer("limits.body_bytes"), 1234);
  EXPECT_EQ(set.settings.text("database"), "/x/y.db");
  // With every # taken away it still reads, and says what is built in.
  std::string uncommented;
  const auto file = settings_file({});
  for (std::size_t at = 0; at < file.size();) {
    const auto end = file.find('\n', at);
    auto line = file.substr(at, end - at);
    if (line.starts_with("# ") && line.find(" = ") != std::string::npos && line.find(' ', 2) == line.find(" = "))
      line = line.substr(2);
    uncommented += line + "\n";
    at = end + 1;
  }
  const auto all = load(uncommented);
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_EQ(all.settings.value("limits.body_bytes").origin, Origin::file);
  for (const auto& spec : setting_specs()) EXPECT_EQ(all.settings.text(spec.name), spec.built_in) << spec.name;
}

TEST(Settings, TheDocumentListsEachOnce) {
  const auto document = settings_document();
  for (const auto& spec : setting_specs()) {
    EXPECT_THAT(document, HasSubstr(fmt::format("| `{}` | `{}` |", spec.name, environment_name(spec.name))));
  }
}

TEST(Settings, EnvironmentNames) {
  EXPECT_EQ(environment_name("listen"), "TOCSIN_LISTEN");
  EXPECT_EQ(environment_name("limits.header_bytes"), "TOCSIN_LIMITS_HEADER_BYTES");
}

TEST(Settings, AnyBytesGiveAnAnswer) {
  const std::string file = settings_file({{"site_name", "x"}});
  for (std::size_t i = 0; i < file.size(); i += 5) {
    auto flipped = file;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x29);
    for (const auto& problem : load(flipped).problems) EXPECT_FALSE(problem.message.empty());
  }
}

struct ListenCase {
  std::string_view text, host;
  int port;  ///< -1: refused.
  bool loopback;
};
constexpr ListenCase kListen[] = {{"127.0.0.1:8080", "127.0.0.1", 8080, true},
                                  {"[::1]:80", "::1", 80, true},
                                  {":9000", "127.0.0.1", 9000, true},
                                  {"9000", "127.0.0.1", 9000, true},
                                  {"localhost:0", "localhost", 0, true},
                                  {"0.0.0.0:443", "0.0.0.0", 443, false},
                                  {"[::]:443", "::", 443, false},
                                  {"::1:80", "", -1, false},
                                  {"host:", "", -1, false},
                                  {"host:port", "", -1, false},
                                  {"1.2.3.4:65536", "", -1, false},
                                  {"1.2.3.4:-1", "", -1, false},
                                  {"", "", -1, false}};
TEST(ListenAddress, IsReadOrRefused) {
  for (const auto& each : kListen) {
    const auto address = parse_listen_address(each.text);
    if (each.port < 0) {
      EXPECT_FALSE(address) << each.text;
      continue;
    }
    ASSERT_TRUE(address) << each.text;
    EXPECT_EQ(address->host, each.host);
    EXPECT_EQ(address->port, each.port);
    EXPECT_EQ(address->loopback(), each.loopback) << each.text;
    EXPECT_EQ(parse_listen_address(address->text())->text(), address->text());
  }
}

}  // namespace
}  // namespace tocsin::cli
