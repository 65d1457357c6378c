//! Japanese.

use readmit_domain::LocalTime;

use super::{
    ActsWords, NoticeWords, NoticesWords, PagesWords, PasscodeWords, SecondProofWords, Words, whole_hours, zone,
};

pub(super) static WORDS: Words = Words {
    tag: "ja",
    span,
    moment,
    greeting: "{name} 様",
    passcode: PasscodeWords {
        subject: "{brand} のワンタイムパスコード",
        preview: "このメールから {brand} に再び入ることができます。心当たりがない場合は、末尾のリンクからお知らせください。",
        from_admin: "{company} のセキュリティ管理者 {issuer} さん（{issuer_address}）が、{brand} の\
            ワンタイムパスコードを送信しました。",
        from_operator: "{brand} の運営者が、{company} でのお客様のアカウントのワンタイムパスコードを送信しました。",
        reason: "理由",
        validity: "使えるのは一度だけ、{lifetime}以内です。期限: {expires_at}",
        never_asked: "電話、チャット、メールでこのパスコードをお尋ねすることはありません。入力するのは {portal} だけにしてください。",
        proof: "現在のパスワードまたはバックアップコードもご用意ください。パスコードだけでは手続きできません。",
        how_to_type: "大文字と小文字、ハイフンの有無は問いません。英字の O、I、L は使われません。",
        redeem: "{brand} のアカウントに戻る",
        by_hand: "または {portal} を開き、パスコードを入力してください。",
        what_follows: "この後、新しいパスワードを決め、新しい認証アプリを設定していただきます。両方が完了すると、以前の\
            パスワード、認証アプリ、バックアップコード、開いているセッションは使えなくなります。パスコードだけで何かが\
            変わることはありません。",
        unexpected: "このメールに心当たりがない場合は、下のリンクからお知らせください。パスコードは無効になり、{company} の\
            すべてのセキュリティ管理者に通知されます。",
        disown: "心当たりがありません",
        help: "ご不明な点は {support} にお問い合わせください。",
    },
    notices: NoticesWords {
        preview: "何がいつ起きたか、まず何をすればよいかをお知らせします。",
        at: "日時",
        source_ip: "接続元のネットワークアドレス",
        browser: "ブラウザー（自己申告）",
        before: "変更前",
        now: "変更後",
        browser_on_system: "{system} の {browser}",
        second_proof: SecondProofWords {
            none: "追加の証明は不要",
            security_admins: "セキュリティ管理者のみ追加の証明が必要",
            everyone: "全員に追加の証明が必要",
        },
        waiting_act: "内容",
        requester: "申請者",
        acts: ActsWords {
            weaker_policy: "確認の緩和（{company} のポリシーの変更）",
            new_security_admin: "セキュリティ管理者の追加",
            security_admin_address: "セキュリティ管理者のアドレスの変更",
            security_admin_passcode: "セキュリティ管理者へのワンタイムパスコード",
        },
        pages: PagesWords {
            account: "マイアカウントを開く",
            redeem: "パスコードを入力する",
            employees: "従業員を管理する",
            employee: "{employee} さんのアカウントを見る",
            approvals: "申請を見る",
            audit: "監査記録を見る",
        },
        to_admins: "{company} のセキュリティ管理者の方にお知らせしています。",
        asks_nothing: "このお知らせは {brand} から自動的に送信されています。パスコードやパスワードをお尋ねすることはなく、返信も不要です。",
        passcode_redeemed: NoticeWords {
            subject: "ワンタイムパスコードが使用されました",
            news: "{company} でのお客様のアカウントのワンタイムパスコードが使用されました。使用した人は、新しいパスワードを\
                決め、新しい認証アプリを設定できる状態です。",
            advice: "ご本人による操作であれば、何もする必要はありません。心当たりがない場合は、\
                まずパスコードのメールのリンク「心当たりがありません」を開いて復旧の手続きを止めてください。その後、\
                {support} または {company} のセキュリティ管理者にご連絡ください。",
        },
        recovery_completed: NoticeWords {
            subject: "パスワードと認証アプリが新しくなりました",
            news: "{company} でのお客様のアカウントのパスワード、認証アプリ、バックアップコードが新しくなりました。以前の\
                ものは使えなくなり、以前のセッションはすべて終了しました。",
            advice: "ご本人による操作であれば、何もする必要はありません。心当たりがない場合は、まず {company} \
                のセキュリティ管理者にアカウントの一時停止をご依頼ください。停止すると、誰もアカウントを使えません。\
                {support} にもご相談いただけます。",
        },
        account_suspended: NoticeWords {
            subject: "アカウントが一時停止されました",
            news: "端末の紛失や盗難に備えるため、{company} のセキュリティ管理者がお客様のアカウントを一時停止しました。\
                パスワード、認証アプリ、セッションは使えなくなりました。",
            advice: "再び入るには、まず別のメールで届くワンタイムパスコードをご確認ください。心当たりがない場合は、\
                {support} または {company} のセキュリティ管理者にお問い合わせください。",
        },
        account_enabled: NoticeWords {
            subject: "お客様のアカウントが再び有効になりました",
            news: "{company} でのお客様のアカウントは無効になっていましたが、再び有効になりました。サインインすることも、\
                ワンタイムパスコードを受け取ることもできます。",
            advice: "ご存じのことであれば、何もする必要はありません。心当たりがない場合は、まず {support} または \
                {company} のセキュリティ管理者にご連絡ください。",
        },
        backup_codes_renewed: NoticeWords {
            subject: "バックアップコードが新しくなりました",
            news: "{company} でのお客様のアカウントのバックアップコードが新しくなりました。以前のものは使えません。",
            advice: "ご本人による操作であれば、何もする必要はありません。心当たりがない場合は、まず {company} \
                のセキュリティ管理者にアカウントの一時停止をご依頼ください。停止すると、誰もアカウントを使えません。\
                {support} にもご相談いただけます。",
        },
        address_changed: NoticeWords {
            subject: "アカウントのメールアドレスが変更されました",
            news: "{company} でのお客様のアカウントのメールアドレスが変更されました。今後は、新しいアドレスで\
                サインインしてください。ワンタイムパスコードも新しいアドレスに届きます。このお知らせは、以前のアドレスと\
                新しいアドレスの両方にお送りしています。",
            advice: "ご存じのことであれば、何もする必要はありません。心当たりがない場合は、\
                お客様のアカウントのパスコードが他人に届くおそれがあります。まず {company} \
                のセキュリティ管理者にアカウントの一時停止をご依頼ください。{support} にもご相談いただけます。",
        },
        role_given: NoticeWords {
            subject: "セキュリティ管理者になりました",
            news: "お客様は {company} のセキュリティ管理者になりました。{company} の従業員にワンタイムパスコードを送信し、\
                アカウントを一時停止し、監査記録を見ることができます。",
            advice: "ご存じのことであれば、何もする必要はありません。心当たりがない場合は、まず {support} または \
                {company} のほかのセキュリティ管理者にご連絡ください。",
        },
        role_taken: NoticeWords {
            subject: "セキュリティ管理者ではなくなりました",
            news: "お客様は {company} のセキュリティ管理者ではなくなりました。従業員へのワンタイムパスコードの送信や、\
                アカウントの一時停止はできません。",
            advice: "ご存じのことであれば、何もする必要はありません。心当たりがない場合は、まず {support} または \
                {company} のセキュリティ管理者にご連絡ください。",
        },
        passcode_disowned: NoticeWords {
            subject: "ワンタイムパスコードに心当たりがないとの連絡がありました",
            news: "{employee} さん（{address}）宛てのメールを持つ人から、ワンタイムパスコードに「心当たりがありません」との連絡が\
                ありました。このパスコードはもう使えません。復旧の手続きが途中だった場合は、終了しました。",
            advice: "まず、メール以外の方法で {employee} さんに事情を確認してください。\
                監査記録で復旧がすでに完了していた場合は、他人がアカウントに入っているおそれがあります。{portal} \
                でアカウントを一時停止してください。お問い合わせ先: {support}",
        },
        passcode_bounced: NoticeWords {
            subject: "ワンタイムパスコードを配信できませんでした",
            news: "{employee} さん（{address}）宛てのワンタイムパスコードのメールは、配信できずに戻ってきました。この\
                パスコードはもう使えません。",
            advice: "まず、アドレスが正しいか、メールを受け取れるかを確認して、必要なら訂正を依頼してください。その後、\
                {portal} から新しいパスコードをお送りください。お問い合わせ先: {support}",
        },
        passcode_complained: NoticeWords {
            subject: "ワンタイムパスコードのメールが迷惑メールとして報告されました",
            news: "{employee} さん（{address}）宛てのワンタイムパスコードのメールは、迷惑メールとして報告されました。この\
                パスコードはもう使えません。",
            advice: "まず、パスコードが必要だったかどうかを、メール以外の方法で {employee} さんに確認してください。\
                必要であれば、{portal} から新しいパスコードをお送りください。お問い合わせ先: {support}",
        },
        admin_passcode_redeemed: NoticeWords {
            subject: "セキュリティ管理者のワンタイムパスコードが使用されました",
            news: "{company} のセキュリティ管理者 {employee} さん（{address}）のワンタイムパスコードが使用されました。使用した人は、\
                新しいパスワードを決め、新しい認証アプリを設定できる状態です。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず、メール以外の方法で \
                {employee} さんに確認してください。本人でなければ、{portal} から {employee} \
                さんに新しいパスコードを送ると、この復旧の手続きは終了します。お問い合わせ先: {support}",
        },
        admin_recovery_completed: NoticeWords {
            subject: "セキュリティ管理者のパスワードと認証アプリが新しくなりました",
            news: "{company} のセキュリティ管理者 {employee} さん（{address}）のパスワード、認証アプリ、バックアップコードが新しく\
                なりました。以前のものは使えなくなり、以前のセッションはすべて終了しました。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず、メール以外の方法で \
                {employee} さんに確認してください。本人でなければ、{portal} でアカウントを一時停止し、すぐに {support} \
                にご連絡ください。",
        },
        admin_role_given: NoticeWords {
            subject: "セキュリティ管理者が加わりました",
            news: "{employee} さん（{address}）が {company} のセキュリティ管理者になりました。{company} の従業員に\
                ワンタイムパスコードを送信し、アカウントを一時停止することができます。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず {support} に連絡し、\
                権限の取り消しをご依頼ください。",
        },
        admin_role_taken: NoticeWords {
            subject: "セキュリティ管理者が一人減りました",
            news: "{employee} さん（{address}）は {company} のセキュリティ管理者ではなくなりました。ワンタイムパスコードの\
                送信や、アカウントの一時停止はできません。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず {support} にご連絡ください。",
        },
        admin_account_enabled: NoticeWords {
            subject: "従業員のアカウントが再び有効になりました",
            news: "{company} の {employee} さん（{address}）のアカウントは無効になっていましたが、再び有効になりました。\
                サインインすることも、ワンタイムパスコードを受け取ることもできます。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず {support} に連絡し、\
                アカウントを再び無効にするようご依頼ください。",
        },
        admin_account_suspended: NoticeWords {
            subject: "従業員のアカウントが一時停止されました",
            news: "{company} のセキュリティ管理者が、{employee} さん（{address}）のアカウントを一時停止しました。\
                パスワード、認証アプリ、セッションは使えなくなりました。{employee} さんは、別のメールで\
                届くワンタイムパスコードで、再び入ることができます。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず、一時停止した人を {portal} \
                の監査記録で調べ、メール以外の方法でその人に確認してください。誰も知らない場合は、すぐに {support} \
                にご連絡ください。",
        },
        policy_weakened: NoticeWords {
            subject: "追加の証明が必要な人が減りました",
            news: "追加の証明とは、現在のパスワードまたはバックアップコードのことです。{company} では、\
                ワンタイムパスコードを使うときに追加の証明が必要な人が減りました。それ以外の人は、メールのパスコードだけで\
                手続きできます。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず {support} に連絡し、\
                変更を元に戻すようご依頼ください。",
        },
        approval_requested: NoticeWords {
            subject: "申請が二人目のセキュリティ管理者の承認を待っています",
            news: "{company} のセキュリティ管理者が、二人目のセキュリティ管理者の承認が必要な操作を申請しました。\
                承認されるまでは何も行われません。三日以内に誰も承認しなければ、申請は失効します。",
            advice: "ご存じのことであれば、まず、申請した人にメール以外の方法で確認し、申請を承認するか取り消して\
                ください。誰も知らない場合は、申請を取り消し、すぐに {support} にご連絡ください。",
        },
        approval_approved: NoticeWords {
            subject: "申請が承認されました",
            news: "二人目のセキュリティ管理者を待っていた {company} の申請が承認され、実行されました。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず、申請した人と承認した\
                人を {portal} の監査記録で調べてください。誰も知らない場合は、すぐに {support} にご連絡ください。",
        },
        approval_cancelled: NoticeWords {
            subject: "申請が取り消されました",
            news: "二人目のセキュリティ管理者を待っていた {company} の申請が取り消されました。何も変更されていませ\
                ん。",
            advice: "ご存じのことであれば、何もする必要はありません。そうでない場合は、まず、取り消した人を {portal} \
                の監査記録で調べてください。{support} にもご相談いただけます。",
        },
        approval_expired: NoticeWords {
            subject: "申請が失効しました",
            news: "{company} の申請は、期限までに承認されませんでした。何も変更されていません。",
            advice: "まだ必要な場合は、まず、二人目のセキュリティ管理者の都合を確かめ、もう一度申請してください。{support} \
                にもご相談いただけます。",
        },
    },
};

/// `1時間`, `90分`.
fn span(minutes: i64) -> String {
    whole_hours(minutes).map_or_else(|| format!("{minutes}分"), |hours| format!("{hours}時間"))
}

/// `2026年11月24日 15:05 JST`, with a space that does not break within the time.
fn moment(local: &LocalTime) -> String {
    let (t, zone) = (local.at, zone(local));
    let month = u8::from(t.month());
    format!("{}年{month}月{}日 {:02}:{:02}\u{a0}{zone}", t.year(), t.day(), t.hour(), t.minute())
}
