#include "exchange/bundle_file.hpp"

#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::HasSubstr;

BundleManifest manifest(std::vector<std::string> names) {
  BundleManifest made;
  made.sequence = 7;
  made.previous = BundleLink{.sequence = 6, .digest = std::string(128, 'a')};
  made.created = store_testing::kTestNow;
  made.issuer = "CERT";
  for (auto& name : names) {
    made.entries.push_back(
        {.kind = "advisory", .name = std::move(name), .bytes = 0, .sha512 = {}, .tlp = "GREEN", .audience = "members"});
  }
  return made;
}

class BundleFileTest : public ::testing::Test {
 protected:
  std::string sealed(std::vector<std::string> names = {"a.json", "b.json"},
                     const std::vector<std::string>& contents = {"first", std::string(100'000, 'x')}) {
    const auto made = seal_bundle(manifest(std::move(names)), contents, key_);
    EXPECT_TRUE(made) << made.error().message;
    return made->bytes;
  }
  /// Opened, and every entry read.
  Status whole(std::string bytes, std::string_view key) {
    TRY(const auto bundle, Bundle::open(std::move(bytes), key));
    return bundle.each([](const BundleEntry&, std::string) { return ok(); });
  }
  /// Where the packed content begins: behind four lines and the list.
  static std::size_t content_at(const std::string& bytes) {
    std::size_t at = 0;
    for (int line = 0; line < 3; ++line) at = bytes.find('\n', at) + 1;
    return bytes.find('\n', at) + 1 + std::stoul(bytes.substr(at));
  }
  SigningKey key_ = SigningKey::random();
};

TEST_F(BundleFileTest, GivesBackWhatWasPutIn) {
  const auto bundle = Bundle::open(sealed(), key_.public_key());
  ASSERT_TRUE(bundle) << bundle.error().to_string();
  EXPECT_EQ(bundle->manifest().sequence, 7);
  EXPECT_EQ(bundle->manifest().previous->sequence, 6);
  EXPECT_EQ(bundle->manifest().issuer, "CERT");
  EXPECT_EQ(bundle->key_id(), key_.key_id());
  EXPECT_EQ(bundle->digest().size(), 128U);
  std::vector<std::string> contents;
  ASSERT_TRUE(bundle->each([&](const BundleEntry& entry, std::string bytes) {
    EXPECT_EQ(entry.tlp, "GREEN");
    EXPECT_EQ(entry.sha512, sha512_hex(bytes));
    contents.push_back(std::move(bytes));
    return ok();
  }));
  EXPECT_EQ(contents, (std::vector<std::string>{"first", std::string(100'000, 'x')}));
  EXPECT_LT(bundle->file_bytes(), 2'000U) << "packed";
}

TEST_F(BundleFileTest, OneWithoutEntriesIsWhole) { EXPECT_TRUE(whole(sealed({}, {}), key_.public_key())); }

TEST_F(BundleFileTest, AnotherKeyIsRefused) {
  const auto other = SigningKey::random();
  const auto opened = Bundle::open(sealed(), other.public_key());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message,
              HasSubstr("signed with the key " + key_.key_id() + ", and not with " + other.key_id()));
  EXPECT_TRUE(Bundle::open(sealed(), "")) << "whole, by its own key";
}

TEST_F(BundleFileTest, CutAnywhereIsRefused) {
  const auto bytes = sealed();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(whole(bytes.substr(0, size), key_.public_key())) << size;
  }
  EXPECT_FALSE(whole(bytes + "x", key_.public_key()));
  EXPECT_FALSE(whole(bytes + bytes, key_.public_key()));
}

TEST_F(BundleFileTest, ChangedAnywhereIsRefused) {
  const auto bytes = sealed();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(whole(std::move(changed), key_.public_key())) << at;
  }
}

TEST_F(BundleFileTest, ListAndContentOfTwoBundlesDoNotMix) {
  const auto one = sealed({"a.json"}, {"first"}), two = sealed({"a.json"}, {"other"});
  EXPECT_FALSE(whole(one.substr(0, content_at(one)) + two.substr(content_at(two)), key_.public_key()));
  EXPECT_TRUE(whole(one.substr(0, content_at(one)) + one.substr(content_at(one)), key_.public_key()));
}

/// Signed by the right key, and wrong all the same: made by a program with a fault.
TEST_F(BundleFileTest, AListThatDoesNotFitItsContentIsRefused) {
  struct Case {
    std::function<void(BundleManifest&)> change;
    std::string message;
  };
  const Case cases[] = {
      {[](BundleManifest& each) { each.sequence = 0; }, "at least 1"},
      {[](BundleManifest& each) { each.previous->sequence = 7; }, "smaller number"},
      {[](BundleManifest& each) { each.previous->digest = "x"; }, "128 hex digits"},
      {[](BundleManifest& each) { each.issuer = std::string(2000, 'x'); }, "at most 1024"},
      {[](BundleManifest& each) { each.withdrawn = {{.issuer = "x", .key = std::string(70000, 'x')}}; },
       "at most 65536"},
      {[](BundleManifest& each) {
         each.withdrawn = {{.issuer = "x", .key = "y"}};
         each.previous.reset();
       },
       "takes back what is not in it"},
  };
  for (const auto& each : cases) {
    auto wrong = manifest({"a.json"});
    each.change(wrong);
    const auto made = seal_bundle(wrong, {"first"}, key_);
    ASSERT_TRUE(made);
    const auto opened = Bundle::open(made->bytes, key_.public_key());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr(each.message));
  }
}

TEST_F(BundleFileTest, OtherFilesAreNoBundles) {
  for (const std::string text : {"", "{}", "tocsin-bundle", "tocsin-bundle 1", "tocsin-bundle 1\n\n\n\n"}) {
    EXPECT_FALSE(whole(text, key_.public_key())) << text;
  }
}

/// What it says of itself is the first that is read, and part of what is signed.
TEST_F(BundleFileTest, FormatsAreToldApart) {
  const auto with = [&](std::string_view digits) {
    auto bytes = sealed();
    bytes.replace(0, 15, fmt::format("tocsin-bundle {}", digits));
    const auto opened = Bundle::open(bytes, key_.public_key());
    return opened ? std::string{} : opened.error().message;
  };
  EXPECT_EQ(with("2"), "");
  for (const auto* later : {"3", "10", "02", "2 ", "+2", "-1", "0", "x", "", "99999999999999999999"}) {
    EXPECT_THAT(with(later), HasSubstr("this version of Tocsin knows 1 to 2: a newer one may read it")) << later;
  }
  EXPECT_THAT(with("1"), HasSubstr("signature is wrong")) << "none is made an older one";
}

TEST_F(BundleFileTest, WhatIsTakenBackIsInTheSignedList) {
  auto made = manifest({"a.json"});
  made.withdrawn = {{.issuer = "https://cert.example", .key = "A-1"}, {.issuer = "https://cert.example", .key = "A-2"}};
  const auto bundle = Bundle::open(seal_bundle(made, {"first"}, key_)->bytes, key_.public_key());
  ASSERT_TRUE(bundle) << bundle.error().to_string();
  EXPECT_EQ(bundle->manifest().format, 2);
  EXPECT_EQ(bundle->manifest().withdrawn, made.withdrawn);
  // Of the first form: as it was, and without a word of that.
  made.format = 1;
  const auto sealed = seal_bundle(made, {"first"}, key_);
  EXPECT_TRUE(sealed->bytes.starts_with("tocsin-bundle 1\n"));
  const auto old = Bundle::open(sealed->bytes, key_.public_key());
  ASSERT_TRUE(old) << old.error().to_string();
  EXPECT_EQ(old->manifest().format, 1);
  EXPECT_TRUE(old->manifest().withdrawn.empty());
}

/// A signed bundle may be a bomb as well, where the key was stolen: what is unpacked ends at what was announced.
TEST_F(BundleFileTest, WhatUnpacksToMoreThanAnnouncedIsRefused) {
  const auto small = sealed({"a.json"}, {"first"});
  const auto large = sealed({"a.json"}, {std::string(64 << 20, '\0')});
  EXPECT_LT(large.size(), 100'000U);
  const auto bundle = Bundle::open(large, key_.public_key());
  ASSERT_TRUE(bundle) << "announced, and within the limit";
  EXPECT_FALSE(whole(small.substr(0, content_at(small)) + large.substr(content_at(large)), key_.public_key()));
}

}  // namespace
}  // namespace tocsin::exchange
