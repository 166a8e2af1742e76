#include "exchange/source.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "exchange/testing.hpp"

namespace tocsin::exchange {
namespace {

using testing::collect;
using testing::collect_stream;
using testing::Compression;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Packing;
using ::testing::SizeIs;
using testing::TemporaryFolder;

struct PackingCase {
  std::string_view name;
  Packing packing;
};
constexpr PackingCase kPackings[] = {
    {"Tar", Packing::tar}, {"TarGz", Packing::tar_gz}, {"TarZst", Packing::tar_zst}, {"Zip", Packing::zip}};
void PrintTo(const PackingCase& each, std::ostream* out) { *out << each.name; }

class Archives : public ::testing::TestWithParam<PackingCase> {
 protected:
  TemporaryFolder folder;
};
INSTANTIATE_TEST_SUITE_P(Each, Archives, ::testing::ValuesIn(kPackings),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST_P(Archives, GiveTheirJsonInOrderAndPassOverSideFiles) {
  const auto path = folder.write("feed.bin", testing::pack(GetParam().packing, {{"white/b.json", "{\"b\":1}"},
                                                                                {"white/b.json.sha512", "abc"},
                                                                                {"white/b.json.asc", "abc"},
                                                                                {"white/a.JSON", "[]"},
                                                                                {"white/._a.json", "x"},
                                                                                {"index.txt", "a"},
                                                                                {"changes.csv", "a"}}));
  const auto found = collect(path);
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(), ElementsAre(path + ":white/b.json", path + ":white/a.JSON"));
  EXPECT_EQ(found.documents[0].bytes, "{\"b\":1}");
  EXPECT_THAT(found.bad, IsEmpty());
}

TEST_P(Archives, ComeThroughAPipe) {
  const auto found = collect_stream(testing::pack(GetParam().packing, {{"a.json", "{}"}, {"b.json", "[1]"}}));
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(), ElementsAre("-:a.json", "-:b.json"));
  EXPECT_EQ(found.documents[1].bytes, "[1]");
}

TEST_P(Archives, CutOffAnywhereGiveWhatIsWholeAndSaySo) {
  const auto whole = testing::pack(GetParam().packing, testing::many_advisories(5));
  for (std::size_t at = 1; at < whole.size(); at += whole.size() / 40 + 1) {
    const auto path = folder.write("cut", whole.substr(0, at));
    const auto found = collect(path);
    EXPECT_TRUE(found.status) << at;
    // Either the rest is reported, or (cut between entries) nothing wrong can be seen, or the stump is no archive and
    // becomes a document that its reader refuses.
    for (const auto& each : found.documents) {
      EXPECT_TRUE(each.name == path || each.name.starts_with(path + ":2024/")) << each.name;
      if (each.name != path) EXPECT_TRUE(each.bytes.ends_with("}\n") || each.bytes.ends_with("}")) << at;
    }
    EXPECT_GE(found.documents.size() + found.bad.size(), at > 600 ? 1U : 0U) << at;
  }
}

TEST_P(Archives, LimitTheirDocumentsAndGoOn) {
  const auto path = folder.write(
      "a",
      testing::pack(GetParam().packing, {{"a.json", "{}"}, {"big.json", std::string(3000, ' ')}, {"c.json", "[]"}}));
  const auto found = collect(path, {.document_bytes_max = 1000});
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(), ElementsAre(path + ":a.json", path + ":c.json"));
  ASSERT_THAT(found.bad, SizeIs(1));
  EXPECT_EQ(found.bad[0].first, path + ":big.json");
  EXPECT_EQ(found.bad[0].second.code, Error::Code::too_large);
}

TEST_P(Archives, LimitTheNumberOfDocuments) {
  const auto path = folder.write("a", testing::pack(GetParam().packing, testing::many_advisories(5)));
  const auto within = collect(path, {.documents_max = 5});
  EXPECT_THAT(within.documents, SizeIs(5));
  EXPECT_THAT(within.bad, IsEmpty());
  const auto beyond = collect(path, {.documents_max = 4});
  EXPECT_THAT(beyond.documents, SizeIs(4));
  ASSERT_THAT(beyond.bad, SizeIs(1));
  EXPECT_EQ(beyond.bad[0].second.code, Error::Code::too_large);
}

TEST_P(Archives, LimitWhatTheyExpandTo) {
  testing::Files files;
  for (int i = 0; i < 20; ++i) files.emplace_back(fmt::format("{}.json", i), std::string(10'000, ' '));
  const auto path = folder.write("a", testing::pack(GetParam().packing, files));
  EXPECT_THAT(collect(path, {.total_bytes_max = 400'000}).documents, SizeIs(20));
  const auto beyond = collect(path, {.total_bytes_max = 100'000});
  EXPECT_TRUE(beyond.status);
  EXPECT_LE(beyond.documents.size(), 10U);
  ASSERT_THAT(beyond.bad, SizeIs(1));
  EXPECT_EQ(beyond.bad[0].second.code, Error::Code::too_large);
}

TEST_P(Archives, HostileNamesAreOnlyNames) {
  const auto path = folder.write("a", testing::pack(GetParam().packing, {{"../../../../tmp/tocsin-escaped.json", "{}"},
                                                                         {"/etc/tocsin-escaped.json", "{}"},
                                                                         {"\x1b[2Jgone\n.json", "{}"},
                                                                         {"g\xC3\xBCnther.json", "{}"},
                                                                         {std::string(3000, 'x') + ".json", "{}"}}));
  const auto found = collect(path);
  ASSERT_TRUE(found.status);
  ASSERT_THAT(found.documents, SizeIs(5));
  EXPECT_FALSE(std::filesystem::exists("/tmp/tocsin-escaped.json"));
  EXPECT_FALSE(std::filesystem::exists("/etc/tocsin-escaped.json"));
  for (const auto& each : found.documents) {
    EXPECT_EQ(each.name.find('\x1b'), std::string::npos);
    EXPECT_EQ(each.name.find('\n'), std::string::npos);
    EXPECT_LE(each.name.size(), path.size() + 1025);
  }
  EXPECT_THAT(found.documents[3].name, HasSubstr("g\xC3\xBCnther.json"));
}

struct BombCase {
  std::string_view name;
  Packing packing;
  std::string_view inner;
};
constexpr BombCase kBombs[] = {{"GzipOfOneDocument", Packing::tar_gz, "a.json"},
                               {"ZstdOfOneDocument", Packing::tar_zst, "a.json"},
                               {"ZipOfOneDocument", Packing::zip, "a.json"},
                               {"GzipThatWouldBePassedOver", Packing::tar_gz, "a.bin"},
                               {"ZstdThatWouldBePassedOver", Packing::tar_zst, "a.bin"}};
void PrintTo(const BombCase& each, std::ostream* out) { *out << each.name; }
class Bombs : public ::testing::TestWithParam<BombCase> {};
INSTANTIATE_TEST_SUITE_P(Each, Bombs, ::testing::ValuesIn(kBombs),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST_P(Bombs, AreRefused) {
  const TemporaryFolder folder;
  // 100 MB of one letter; the limit lies above what one document may have, so that only the ratio stops it.
  const auto path = folder.write(
      "a", testing::pack(GetParam().packing, {{std::string{GetParam().inner}, std::string(100'000'000, 'a')}}));
  const auto found = collect(path, {.document_bytes_max = std::uint64_t{1} << 30, .expansion_max = 200});
  EXPECT_TRUE(found.status);
  EXPECT_THAT(found.documents, IsEmpty());
  ASSERT_THAT(found.bad, SizeIs(1));
  EXPECT_EQ(found.bad[0].second.code, Error::Code::too_large);
  EXPECT_THAT(found.bad[0].second.message, HasSubstr("expands"));
}

TEST(Source, CompressedSingleDocuments) {
  const TemporaryFolder folder;
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    const auto path = folder.write("advisory.json.z", testing::compress(compression, "{\"a\":1}"));
    const auto found = collect(path);
    ASSERT_THAT(found.documents, SizeIs(1));
    EXPECT_EQ(found.documents[0].name, path);
    EXPECT_EQ(found.documents[0].bytes, "{\"a\":1}");
  }
}

TEST(Source, ANamedFileIsReadWhateverItsName) {
  const TemporaryFolder folder;
  const auto path = folder.write("advisory.txt", "{\"a\":1} {\"b\":2}");
  const auto found = collect(path);
  ASSERT_THAT(found.documents, SizeIs(1));
  EXPECT_EQ(found.documents[0].bytes, "{\"a\":1} {\"b\":2}");
}

TEST(Source, AnEmptyFileIsAnEmptyDocument) {
  const TemporaryFolder folder;
  const auto found = collect(folder.write("a.json", ""));
  ASSERT_THAT(found.documents, SizeIs(1));
  EXPECT_EQ(found.documents[0].bytes, "");
}

TEST(Source, AnEmptyArchiveHoldsNothing) {
  const TemporaryFolder folder;
  for (const auto& each : kPackings) {
    const auto found = collect(folder.write("a", testing::pack(each.packing, {})));
    EXPECT_TRUE(found.status);
    EXPECT_THAT(found.documents, IsEmpty()) << each.name;
    EXPECT_THAT(found.bad, SizeIs(1)) << each.name;
  }
}

TEST(Source, BlanksWithoutEndAreRefusedAtTheLimit) {
  SourceLimits limits;
  limits.document_bytes_max = 1000;
  const auto bad_of = [&](std::size_t blanks) {
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    const auto text = "{}" + std::string(blanks, ' ') + "{}";
    EXPECT_EQ(::write(pipe[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(pipe[1]);
    std::vector<Error> bad;
    SourceEvents events;
    events.visit = [](const SourceDocument&) { return ok(); };
    events.bad = [&](const std::string&, Error error) { bad.push_back(std::move(error)); };
    EXPECT_TRUE(read_stream(pipe[0], "-", limits, events));
    ::close(pipe[0]);
    return bad;
  };
  EXPECT_THAT(bad_of(900), IsEmpty());
  ASSERT_THAT(bad_of(1100), SizeIs(1));
  EXPECT_EQ(bad_of(1100)[0].code, Error::Code::too_large);
}

TEST(Source, AFileOfZerosIsNoArchiveThatPasses) {
  const TemporaryFolder folder;
  for (const std::size_t size : {512U, 100'000U}) {
    const auto found = collect(folder.write("a.json", std::string(size, '\0')));
    EXPECT_TRUE(found.status);
    EXPECT_EQ(found.documents.size() + found.bad.size(), 1U) << size;
  }
}

TEST(Source, FoldersAreReadSortedAndWithoutLinks) {
  const TemporaryFolder folder;
  folder.write("b/2.json", "[2]");
  folder.write("b/10.json", "[10]");
  folder.write("a.json", "[0]");
  folder.write("z.txt", "no");
  const TemporaryFolder elsewhere;
  elsewhere.write("secret.json", "[9]");
  std::filesystem::create_symlink(elsewhere.path() / "secret.json", folder.path() / "link.json");
  std::filesystem::create_directory_symlink(elsewhere.path(), folder.path() / "linked");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "b" / "loop");
  const auto root = folder.path().string();
  const auto found = collect(root);
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(), ElementsAre(root + "/a.json", root + "/b/10.json", root + "/b/2.json"));
  EXPECT_EQ(source_bytes(root), 3U + 3U + 4U);
}

TEST(Source, ListsTablesAndNewsAreFoundWhereTheyAreAskedFor) {
  const TemporaryFolder folder;
  for (const auto* name : {"a.json", "b.TXT", "c.csv", "d.xml", "e.atom", "f.rss", "index.txt", "changes.csv",
                           "._g.txt", "h.asc", "LICENSE", ".txt"}) {
    folder.write(name, "x");
  }
  const auto root = folder.path().string();
  const auto found = collect(root, {.names = SourceNames::all});
  EXPECT_THAT(found.names(), ElementsAre(root + "/a.json", root + "/b.TXT", root + "/c.csv", root + "/d.xml",
                                         root + "/e.atom", root + "/f.rss"));
  for (const auto& each : found.documents) EXPECT_TRUE(each.found);
  EXPECT_EQ(source_bytes(root, SourceNames::all), 6U);
  EXPECT_EQ(source_bytes(root), 1U);
  const auto named = collect(root + "/LICENSE");
  ASSERT_EQ(named.documents.size(), 1U);
  EXPECT_FALSE(named.documents[0].found);
}

TEST_P(Archives, HoldDocumentsThatAreCompressedOnTheirOwn) {
  const auto inner = testing::pack(Packing::tar, {{"deep.json", "{}"}});
  const auto path = folder.write(
      "a", testing::pack(GetParam().packing,
                         {{"a.json.gz", testing::compress(Compression::gzip, "{\"a\":1}")},
                          {"b.JSON.ZST", testing::compress(Compression::zstd, "[]")},
                          {"c.json.gz", "{\"plain\":1}"},
                          {"cut.json.gz", testing::compress(Compression::gzip, "[1,2,3]").substr(0, 15)},
                          {"inner.tar.gz", testing::compress(Compression::gzip, inner)},
                          {"inner.json.gz", testing::compress(Compression::gzip, inner)},
                          {"large.json.gz", testing::compress(Compression::gzip, std::string(20'001, ' '))},
                          {"x.json.gz.sha512", "abc"}}));
  const auto found = collect(path, {.document_bytes_max = 20'000});
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(),
              ElementsAre(path + ":a.json.gz", path + ":b.JSON.ZST", path + ":c.json.gz", path + ":inner.json.gz"));
  EXPECT_EQ(found.documents[0].bytes, "{\"a\":1}");
  EXPECT_EQ(found.documents[1].bytes, "[]");
  EXPECT_EQ(found.documents[2].bytes, "{\"plain\":1}");
  EXPECT_EQ(found.documents[3].bytes, inner) << "an archive in there is no folder";
  ASSERT_THAT(found.bad, SizeIs(2));
  EXPECT_EQ(found.bad[0].first, path + ":cut.json.gz");
  EXPECT_EQ(found.bad[0].second.code, Error::Code::invalid_input);
  EXPECT_EQ(found.bad[1].first, path + ":large.json.gz");
  EXPECT_EQ(found.bad[1].second.code, Error::Code::too_large);
}

TEST_P(Archives, CountWhatTheirCompressedDocumentsExpandTo) {
  testing::Files files;
  for (int i = 0; i < 20; ++i) {
    files.emplace_back(fmt::format("{}.json.gz", i), testing::compress(Compression::gzip, std::string(10'000, ' ')));
  }
  const auto path = folder.write("a", testing::pack(GetParam().packing, files));
  EXPECT_THAT(collect(path, {.total_bytes_max = 400'000}).documents, SizeIs(20));
  const auto beyond = collect(path, {.total_bytes_max = 100'000});
  EXPECT_LE(beyond.documents.size(), 10U);
  ASSERT_THAT(beyond.bad, SizeIs(1));
  EXPECT_EQ(beyond.bad[0].second.code, Error::Code::too_large);
}

TEST(Source, ManySmallBombsInAnArchiveEndIt) {
  const TemporaryFolder folder;
  const auto bomb = testing::compress(Compression::zstd, std::string(70'000'000, 'a'));
  testing::Files files;
  for (int i = 0; i < 50; ++i) files.emplace_back(fmt::format("{}.json.zst", i), bomb);
  const auto found = collect(folder.write("a", testing::pack(Packing::tar_zst, files)));
  EXPECT_THAT(found.documents, IsEmpty());
  ASSERT_FALSE(found.bad.empty());
  EXPECT_LT(found.bad.size(), 5U);
  EXPECT_THAT(found.bad.back().second.message, HasSubstr("The archive expands"));
}

TEST(Source, FoldersHoldDocumentsThatAreCompressedOnTheirOwn) {
  const TemporaryFolder folder;
  const auto gzip = testing::compress(Compression::gzip, "{\"a\":1}");
  folder.write("a.json.gz", gzip);
  folder.write("b.csv.gz", testing::compress(Compression::gzip, "cve,epss"));
  folder.write("c.txt.zst", testing::compress(Compression::zstd, "192.0.2.1"));
  folder.write("changes.csv.gz", gzip);
  folder.write("d.json.gz", gzip.substr(0, gzip.size() - 6));
  folder.write("e.json.gz", "");
  folder.write("f.tar.gz", gzip);
  folder.write("index.txt.gz", gzip);
  const auto root = folder.path().string();
  const auto found = collect(root, {.names = SourceNames::all});
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.names(),
              ElementsAre(root + "/a.json.gz", root + "/b.csv.gz", root + "/c.txt.zst", root + "/e.json.gz"));
  EXPECT_EQ(found.documents[0].bytes, "{\"a\":1}");
  EXPECT_EQ(found.documents[1].bytes, "cve,epss");
  EXPECT_EQ(found.documents[2].bytes, "192.0.2.1");
  EXPECT_EQ(found.documents[3].bytes, "") << "its reader says so";
  for (const auto& each : found.documents) EXPECT_TRUE(each.found);
  ASSERT_THAT(found.bad, SizeIs(1));
  EXPECT_EQ(found.bad[0].first, root + "/d.json.gz");
  EXPECT_THAT(found.bad[0].second.message, HasSubstr("damaged or cut off"));
  EXPECT_THAT(collect(root).names(), ElementsAre(root + "/a.json.gz", root + "/e.json.gz"));
  EXPECT_EQ(source_bytes(root), 2 * gzip.size() - 6);
}

TEST(Source, CompressedDocumentsInFoldersAreNoBombs) {
  const TemporaryFolder folder;
  folder.write("a.json.gz", testing::compress(Compression::gzip, std::string(100'000'000, 'a')));
  const auto root = folder.path().string();
  const auto ratio = collect(root, {.document_bytes_max = std::uint64_t{1} << 30, .expansion_max = 200});
  EXPECT_THAT(ratio.documents, IsEmpty());
  ASSERT_THAT(ratio.bad, SizeIs(1));
  EXPECT_EQ(ratio.bad[0].second.code, Error::Code::too_large);
  EXPECT_THAT(ratio.bad[0].second.message, HasSubstr("expands"));
  const auto size = collect(root);
  EXPECT_THAT(size.documents, IsEmpty());
  ASSERT_THAT(size.bad, SizeIs(1));
  EXPECT_EQ(size.bad[0].second.code, Error::Code::too_large);
}

TEST(Source, FoldersLimitDepthAndDocuments) {
  const TemporaryFolder folder;
  folder.write("a/b/deep.json", "[]");
  folder.write("a/flat.json", "[]");
  folder.write("a/zlarge.json", std::string(100, ' '));
  const auto found = collect(folder.path().string(), {.document_bytes_max = 99, .depth_max = 2});
  ASSERT_TRUE(found.status);
  EXPECT_THAT(found.documents, SizeIs(1));
  ASSERT_THAT(found.bad, SizeIs(2));
  EXPECT_EQ(found.bad[0].second.code, Error::Code::too_large);
  EXPECT_EQ(found.bad[1].second.code, Error::Code::too_large);
}

TEST(Source, WhatIsNotThereIsAnError) {
  const TemporaryFolder folder;
  const auto missing = collect(folder.file("nothing.json"));
  ASSERT_FALSE(missing.status);
  EXPECT_EQ(missing.status.error().code, Error::Code::not_found);
  EXPECT_EQ(missing.status.error().where, folder.file("nothing.json"));
  EXPECT_FALSE(collect("").status);
}

TEST(Source, AVisitorStopsTheReading) {
  const TemporaryFolder folder;
  const auto path = folder.write("a", testing::pack(Packing::tar, testing::many_advisories(5)));
  int seen = 0;
  const auto status = read_source(
      path, {},
      {.visit = [&](SourceDocument) -> Status { return ++seen == 2 ? Status{Error::unavailable("enough")} : ok(); },
       .bad = {},
       .progress = {}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(seen, 2);
}

TEST(Source, ProgressReachesTheTotal) {
  const TemporaryFolder folder;
  const auto path = folder.write("a.tar", testing::pack(Packing::tar, testing::many_advisories(50)));
  std::uint64_t last = 0, total = 0;
  bool grows = true;
  ASSERT_TRUE(read_source(path, {},
                          {.visit = [](SourceDocument) { return ok(); },
                           .bad = {},
                           .progress =
                               [&](std::uint64_t done, std::uint64_t of) {
                                 grows = grows && done >= last && done <= of;
                                 last = done;
                                 total = of;
                               }}));
  EXPECT_TRUE(grows);
  EXPECT_EQ(total, std::filesystem::file_size(path));
  EXPECT_GT(last, total / 2);
}

struct StreamCase {
  std::string_view name, bytes;
  std::vector<std::string> texts;
};
void PrintTo(const StreamCase& each, std::ostream* out) { *out << each.name; }
const StreamCase kStreams[] = {
    {"OneDocument", "{\"a\":1}\n", {"{\"a\":1}"}},
    {"OneAfterTheOther", "{\"a\":1}{\"b\":[2]}\n[3]", {"{\"a\":1}", "{\"b\":[2]}", "[3]"}},
    {"Lines", "{}\n{}\r\n\n{}\n", {"{}", "{}", "{}"}},
    {"RecordSeparators", "\x1e{}\n\x1e[]\n", {"{}", "[]"}},
    {"BracketsInStrings", R"({"a":"}{\"]["}{"b":1})", {R"({"a":"}{\"]["})", R"({"b":1})"}},
    {"CutOff", "{} {\"a\":", {"{}", "{\"a\":"}},
    {"NoJson", "hello", {"hello"}},
    {"Empty", "", {""}},
    {"OnlyBlanks", " \n ", {""}},
};
class Streams : public ::testing::TestWithParam<StreamCase> {};
INSTANTIATE_TEST_SUITE_P(Each, Streams, ::testing::ValuesIn(kStreams),
                         [](const auto& each) { return std::string{each.param.name}; });
TEST_P(Streams, AreSplitIntoTexts) {
  const auto found = collect_stream(GetParam().bytes);
  ASSERT_TRUE(found.status);
  std::vector<std::string> texts;
  for (const auto& each : found.documents) texts.push_back(each.bytes);
  EXPECT_EQ(texts, GetParam().texts);
  EXPECT_EQ(found.documents.front().name, "-");
  if (found.documents.size() > 1) EXPECT_EQ(found.documents[1].name, "-#2");
}

TEST(Streams, ManyLongTextsAcrossBlocks) {
  std::string all;
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    texts.push_back("{\"a\":\"" + std::string(static_cast<std::size_t>(i * 131 % 20'000), 'x') + "\\\"}\"}");
    all += texts.back();
    if (i % 3 == 0) all += "\n";
  }
  const auto found = collect_stream(all);
  ASSERT_EQ(found.documents.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(found.documents[i].bytes, texts[i]) << i;
}

TEST(Streams, LimitTheirTexts) {
  const auto found = collect_stream("{} {\"a\":\"" + std::string(5000, 'x') + "\"} {}", {.document_bytes_max = 1000});
  EXPECT_THAT(found.documents, SizeIs(1));
  ASSERT_THAT(found.bad, SizeIs(1));
  EXPECT_EQ(found.bad[0].second.code, Error::Code::too_large);
}

TEST(PrintableName, ReplacesWhatATerminalWouldObey) {
  EXPECT_EQ(printable_name("a\x1b[31m\n\x7f.json"), "a\uFFFD[31m\uFFFD\uFFFD.json");
  EXPECT_EQ(printable_name("\xC2\x9B"), "\uFFFD");  // C1: a terminal's own CSI
  EXPECT_EQ(printable_name("g\xC3\xBC\xFFx"), "g\xC3\xBC\uFFFDx");
  EXPECT_EQ(printable_name(std::string(1024, 'a')).size(), 1024U);
  EXPECT_EQ(printable_name(std::string(1025, 'a')), std::string(1021, 'a') + "...");
}

}  // namespace
}  // namespace tocsin::exchange
